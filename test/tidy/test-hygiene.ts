/** The test rules: nothing is left out, nothing sleeps, nothing waits without an issue. */
import { dottedName, isNode, type Finding, type SourceFile } from "./source-file.ts";

const leftOut = /^(test|it|describe|suite)\b.*\.(skip|only|todo|fails)$/;

/** Skipping for a stated reason is `context.skip("reason")`, which the report shows. */
export function findLeftOutTests(file: SourceFile): Finding[] {
  return file.nodes.flatMap((node) => {
    const name = node.type === "MemberExpression" ? dottedName(node) : undefined;
    if (name === undefined || !leftOut.test(name)) return [];
    const message = `\`${name}\`: let it run, or call \`context.skip("reason")\` inside`;
    return [{ path: file.path, line: file.lineAt(node.start), message }];
  });
}

const sleeps = /^(globalThis\.)?setTimeout$|^(timers\.)?setTimeout$|^(delay|sleep)$/;

/** A test waits for an event; a timer is either too short for a slow machine or too long for us. */
export function findSleeps(file: SourceFile): Finding[] {
  const message = "a test waits on events, never on time: await the event, or poll `vi.waitFor`";
  return file.nodes.flatMap((node) => {
    const name = node.type === "CallExpression" ? dottedName(node["callee"]) : undefined;
    const isTimersImport = node.type === "ImportDeclaration" && isTimers(node["source"]);
    if (!isTimersImport && (name === undefined || !sleeps.test(name))) return [];
    return [{ path: file.path, line: file.lineAt(node.start), message }];
  });
}

function isTimers(source: unknown): boolean {
  return isNode(source) && /^(node:)?timers\/promises$/.test(String(source["value"]));
}

/** Built from two parts, or this very file would break the rule. */
const todo = new RegExp(`\\b(${["TO", "DO"].join("")}|${["FIX", "ME"].join("")})\\b(?!.*#\\d+)`);

export function findLooseTodos({ path, text }: Pick<SourceFile, "path" | "text">): Finding[] {
  return text.split("\n").flatMap((content, index) => {
    if (!todo.test(content)) return [];
    return [{ path, line: index + 1, message: "name its issue as `(#12)`, or do it now" }];
  });
}
