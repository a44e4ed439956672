/**
 * Reads what a process group prints, and finishes reading when the group is gone.
 */
import type { Readable } from "node:stream";
import { OutputCapture, type OutputBounds } from "./output-capture.ts";
import type { ProcessGroup } from "./start-group.ts";

/** For the pipes of a group that is gone: only a process outside the group still holds them. */
const closeMs = 200;

/** Captures both streams as one, in the order of arrival; `onText` gets whole characters. */
export function captureOutput(
  group: ProcessGroup,
  bounds: OutputBounds,
  onText: (text: string, before: OutputCapture) => void,
): OutputCapture {
  const capture = new OutputCapture(bounds);
  for (const stream of pipesOf(group)) {
    const decoder = new TextDecoder();
    stream.on("data", (chunk: Buffer) => {
      onText(decoder.decode(chunk, { stream: true }), capture);
      capture.add(chunk);
    });
  }
  return capture;
}

/** Once the group is gone: reads the rest, then lets the pipes go. */
export async function closePipes(group: ProcessGroup): Promise<void> {
  const pipes = pipesOf(group);
  const closing = pipes
    .filter((stream) => !stream.closed)
    .map((stream) => new Promise((resolve) => stream.once("close", resolve)));
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, closeMs);
  await Promise.race([Promise.all(closing), late]);
  clearTimeout(timer);
  for (const stream of pipes) stream.destroy();
}

function pipesOf(group: ProcessGroup): Readable[] {
  return [group.child.stdout, group.child.stderr].filter((stream) => stream !== null);
}
