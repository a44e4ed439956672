/**
 * The tools over children that exist: list, send, read output, wait, stop. Who they are and what
 * they may be asked is the runtime's to know; these check parameters and put answers into words.
 */
import { Name } from "@podlane/protocol";
import { z } from "zod";
import { maxOutputPage, maxTextBytes, maxWaitSeconds } from "../limits.ts";
import { done, refusal } from "../result.ts";
import { defineTool, readOnly } from "../tool.ts";
import { waitResult } from "./pod-result.ts";

export const listPods = defineTool({
  name: "list_pods",
  description: "Lists this pod's children and what they have spawned, with their states.",
  params: z.object({}),
  annotations: readOnly,
  async run(_params, call) {
    const listed = await call.ports.pods.list();
    if (!listed.ok) return refusal(listed.error);
    const lines = listed.value.map((pod) => `${pod.name} ${pod.state}`);
    return done(lines.join("\n") || "no children", { pods: listed.value });
  },
});

export const sendToPod = defineTool({
  name: "send_to_pod",
  description: "Sends a message to a child; it enters the child's history and wakes it when idle.",
  params: z.object({ name: Name, message: z.string().min(1), wake: z.boolean().default(true) }),
  annotations: { readOnly: false, destructive: false, idempotent: false },
  async run({ name, message, wake }, call) {
    const sent = await call.ports.pods.send(name, message, { wake });
    if (!sent.ok) return refusal(sent.error);
    return done(`${name}: ${sent.value.state}`, { receipt: sent.value });
  },
});

export const readPodOutput = defineTool({
  name: "read_pod_output",
  description: "Reads what a child's agent printed, from a cursor on.",
  params: z.object({
    name: Name,
    cursor: z.int().min(0).default(0),
    limit: z.int().min(1).max(maxOutputPage).default(maxTextBytes),
  }),
  annotations: readOnly,
  async run({ name, cursor, limit }, call) {
    const page = await call.ports.pods.readOutput(name, { cursor, limit });
    if (!page.ok) return refusal(page.error);
    const { text, nextCursor, end } = page.value;
    return done(text, { text, next_cursor: nextCursor, end });
  },
});

const WaitPod = z
  .object({
    name: Name.optional(),
    names: z.array(Name).max(256).default([]),
    /** True: answers when the first of them has ended. */
    any: z.boolean().default(false),
    timeout_seconds: z.number().positive().max(maxWaitSeconds).default(maxWaitSeconds),
  })
  .refine((params) => params.name !== undefined || params.names.length > 0, {
    error: "name or names is needed",
  });

export const waitPod = defineTool({
  name: "wait_pod",
  description: "Waits until children have ended their turn, and answers with their results.",
  params: WaitPod,
  annotations: { readOnly: false, destructive: false, idempotent: true },
  async run(params, call) {
    const names = params.name === undefined ? params.names : [params.name, ...params.names];
    const mode = params.any ? "any" : "all";
    const options = { mode, timeoutMs: params.timeout_seconds * 1_000 } as const;
    const results = await call.ports.pods.wait([...new Set(names)], options, call.signal);
    return results.ok ? waitResult(results.value) : refusal(results.error);
  },
});

export const stopPod = defineTool({
  name: "stop_pod",
  description: "Stops a child, after its own children; its work stays on its branch.",
  params: z.object({ name: Name }),
  annotations: { readOnly: false, destructive: true, idempotent: true },
  async run({ name }, call) {
    const stopped = await call.ports.pods.stop(name);
    return stopped.ok ? done(`${name} is stopped`, { name }) : refusal(stopped.error);
  },
});
