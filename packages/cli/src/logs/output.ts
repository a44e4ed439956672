/**
 * What a pod's agent and its commands printed: asked of a living pod, read from its file once it
 * has ended.
 */
import { open } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as pause } from "node:timers/promises";
import type { PodRecord } from "@podlane/protocol";
import { podLayout } from "@podlane/protocol/node";
import { type CommandContext, openWorkspace, ownPod } from "../context.ts";
import { type Coordinator, withCoordinator } from "../coordinator-client.ts";
import { expectOk } from "../failure.ts";
import { callOwnTool, dialPod, type PodClient } from "../pod-client.ts";
import type { LaneRequest } from "./lane-request.ts";

interface Page {
  readonly text: string;
  readonly nextCursor: number;
  readonly end: boolean;
}

type ReadPage = (cursor: number) => Promise<Page>;

/** Output has no push of its own; a person does not notice this delay, and it costs one request. */
const followEveryMs = 200;

const pageBytes = 64 * 1024;

export function showOutput(
  context: CommandContext,
  pod: PodRecord,
  { follow, sink }: LaneRequest,
): Promise<void> {
  return withCoordinator(context, async (coordinator) => {
    const read = await openOutput(context, pod);
    const isOver = follow ? whenEnded(coordinator, pod) : () => true;
    for (let cursor = 0; ;) {
      // Asked before the read: what it printed last is then still read.
      const over = isOver();
      const page = await read(cursor);
      sink.output(page.text);
      cursor = page.nextCursor;
      if (page.end && over) return;
      if (page.end) await pause(followEveryMs);
    }
  });
}

function whenEnded(coordinator: Coordinator, { id }: PodRecord): () => boolean {
  let over = false;
  void coordinator.ask("pod.wait", { pod: id, until: "ended" }).then(() => (over = true));
  return () => over;
}

async function openOutput(context: CommandContext, pod: PodRecord): Promise<ReadPage> {
  const workspace = await openWorkspace(context);
  const own = ownPod(context, workspace);
  if (own !== null) return readAsPod(context, own.socket, pod);
  const file = readFileFrom(podLayout(workspace.layout.stateDir, pod.id).output);
  if (pod.exit !== null || pod.socket === null) return file;
  const client = await dialPod(context, pod.socket);
  return readLiving(client, file);
}

/** A pod that leaves while it is read: the rest is in its file, under the same cursor. */
function readLiving(client: PodClient, file: ReadPage): ReadPage {
  return async (cursor) => {
    const outcome = await client.ask("read_output", { cursor });
    if (!outcome.ok && outcome.error.code === "unavailable") return file(cursor);
    return expectOk(outcome);
  };
}

function readAsPod(context: CommandContext, socket: string, { name }: PodRecord): ReadPage {
  return async (cursor) => {
    const call = { tool: "read_pod_output", params: { name, cursor } };
    const { content } = await callOwnTool(context, socket, call);
    const page = content as { text: string; next_cursor: number; end: boolean };
    return { text: page.text, nextCursor: page.next_cursor, end: page.end };
  };
}

/** Nothing is there of a pod that never came up. */
function readFileFrom(path: string): ReadPage {
  return async (cursor) => {
    const file = await open(path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT") return null;
      throw cause;
    });
    if (file === null) return { text: "", nextCursor: cursor, end: true };
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(pageBytes), 0, pageBytes, cursor);
      const text = new StringDecoder("utf8").write(buffer.subarray(0, bytesRead));
      const nextCursor = cursor + Buffer.byteLength(text);
      const end = bytesRead < pageBytes;
      // A torn character at the very end of a file never becomes whole.
      return { text, nextCursor, end };
    } finally {
      await file.close();
    }
  };
}
