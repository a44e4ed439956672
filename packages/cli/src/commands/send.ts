/** `pod send` and `pod steer`: words for a pod, with a receipt. */
import { Option, type Command } from "commander";
import { exitCodes, maxDeadlineMs, maxMessageBytes, Receipt } from "@podlane/protocol";
import { type CommandContext, openWorkspace, ownPod } from "../context.ts";
import { withCoordinator } from "../coordinator-client.ts";
import { CommandFailure, expectOk, usageFailure } from "../failure.ts";
import type { SendJson } from "../json/answers-json.ts";
import { callOwnTool, dialRecord, findPod } from "../pod-client.ts";
import { verb } from "../verb.ts";

interface SendOptions {
  readonly wait?: "shown";
  /** commander's `--no-wake` */
  readonly wake?: boolean;
  readonly json?: true;
}

interface Words {
  readonly method: "notify" | "steer";
  readonly pod: string;
  readonly text: string;
}

export function addSend(program: Command, context: CommandContext): void {
  program
    .command("send")
    .description("send a pod a message; it wakes the pod when it is idle")
    .argument("<pod>", "its name, a unique prefix of its id, or @last")
    .argument("<message>", "what to tell it")
    .addOption(new Option("--wait <state>", "until it was shown to the agent").choices(["shown"]))
    .option("--no-wake", "leave it until the next turn")
    .option("--json", "one object")
    .action(
      verb(context, (pod: string, text: string, options: SendOptions) =>
        send(context, { method: "notify", pod, text }, options),
      ),
    );
  program
    .command("steer")
    .description("tell a running pod something at its next step; past its wake budget when idle")
    .argument("<pod>", "its name, a unique prefix of its id, or @last")
    .argument("<message>", "what to tell it")
    .option("--json", "one object")
    .action(
      verb(context, (pod: string, text: string, options: SendOptions) =>
        send(context, { method: "steer", pod, text }, options),
      ),
    );
}

async function send(context: CommandContext, words: Words, options: SendOptions): Promise<number> {
  checkText(words.text);
  const own = ownPod(context, await openWorkspace(context));
  const answer =
    own === null
      ? await sendAsOperator(context, words, options)
      : await sendAsPod(context, own.socket, words, options);
  const { terminal } = context;
  if (options.json === true) terminal.json(answer);
  else
    terminal.print(`${words.pod}: ${answer.state}${answer.turn ? ` in turn ${answer.turn}` : ""}`);
  terminal.say(`next: pod history ${words.pod} --notifications · pod wait ${words.pod}`);
  return answer.state === "refused" || answer.state === "dead" ? exitCodes.failed : exitCodes.done;
}

function checkText(text: string): void {
  if (text.trim() === "") throw usageFailure("the message is empty");
  if (Buffer.byteLength(text) > maxMessageBytes) {
    throw usageFailure(`a message has at most ${maxMessageBytes} bytes: put it in a file instead`);
  }
}

async function sendAsOperator(
  context: CommandContext,
  { method, pod: wanted, text }: Words,
  options: SendOptions,
): Promise<SendJson> {
  const pod = await withCoordinator(context, (coordinator) => findPod(coordinator, wanted));
  const client = await dialRecord(context, pod);
  const commandId = client.nextCommandId();
  const message = { text };
  const sent =
    method === "steer"
      ? await client.call("steer", { message }, { commandId })
      : await client.call("notify", { message, autoRun: options.wake !== false }, { commandId });
  const receipt =
    options.wait === undefined
      ? sent
      : await client.call(
          "await_receipt",
          { commandId, state: options.wait },
          { deadlineMs: maxDeadlineMs },
        );
  client.close();
  const { state, turn } = receipt;
  return { version: 1, pod: pod.name, state, turn, commandId };
}

async function sendAsPod(
  context: CommandContext,
  socket: string,
  { method, pod, text }: Words,
  options: SendOptions,
): Promise<SendJson> {
  if (method === "steer") throw denied("steering is the operator's; use pod send");
  if (options.wait !== undefined) throw denied("--wait is the operator's; use pod wait");
  const params = { name: pod, message: text, wake: options.wake !== false };
  const { content } = await callOwnTool(context, socket, { tool: "send_to_pod", params });
  const { state, turn } = expectReceipt((content as { receipt?: unknown } | undefined)?.receipt);
  return { version: 1, pod, state, turn, commandId: null };
}

function expectReceipt(value: unknown): Receipt {
  const parsed = Receipt.safeParse(value);
  if (parsed.success) return parsed.data;
  return expectOk<Receipt>({
    ok: false,
    error: { code: "internal", message: "the pod answered without a receipt" },
  });
}

function denied(message: string): CommandFailure {
  return new CommandFailure(`inside a pod ${message}`, exitCodes.denied);
}
