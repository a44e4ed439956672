/**
 * The names of all tools, apart from the tools themselves: a script is checked against them
 * without loading what they do. A test holds the two together.
 */
export const toolNames: ReadonlySet<string> = new Set([
  "read_file",
  "write_file",
  "apply_patch",
  "list_files",
  "search_files",
  "run_command",
  "read_artifact",
  "spawn_pod",
  "list_pods",
  "send_to_pod",
  "read_pod_output",
  "wait_pod",
  "stop_pod",
]);
