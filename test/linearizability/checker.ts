/**
 * Whether a history is linearizable: whether each operation can be given one instant between its
 * call and its answer such that, in that order, the answers are what the model gives. A search as
 * Wing and Gong's, with Lowe's memory of configurations that led nowhere. An operation without an
 * answer may have happened at any time after its call, or never.
 */

export interface Operation<Input, Output> {
  readonly process: string;
  readonly input: Input;
  /** Null: nobody knows. */
  readonly output: Output | null;
  /** Places in one order of all calls and answers. */
  readonly calledAt: number;
  readonly answeredAt: number;
}

export interface Model<State, Input, Output> {
  readonly initial: State;
  /** Equal states, equal text. */
  describe(state: State): string;
  /** All states that the operation may lead to; none if it cannot happen here. */
  step(state: State, operation: Operation<Input, Output>): readonly State[];
}

export type Verdict<Input, Output> =
  | { readonly ok: true; readonly configurations: number }
  | {
      readonly ok: false;
      /** What cannot be placed after the longest order that was found. */
      readonly stuck: readonly Operation<Input, Output>[];
      readonly configurations: number;
    };

/** How many operations, from the front, are placed; and which of those behind. */
interface Placed {
  readonly front: number;
  readonly ahead: ReadonlySet<number>;
}

interface Configuration<State> extends Placed {
  readonly state: State;
}

/** Beyond it a history is too hard: the workload is at fault, not what it tests. */
const maxConfigurations = 2_000_000;

export function checkHistory<State, Input, Output>(
  model: Model<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
): Verdict<Input, Output> {
  const operations = history.toSorted((a, b) => a.calledAt - b.calledAt);
  const seen = new Set<string>();
  const stack: Configuration<State>[] = [{ front: 0, ahead: new Set(), state: model.initial }];
  let furthest: { readonly size: number; readonly at: Placed } = {
    size: -1,
    at: stack[0] as Placed,
  };
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (isComplete(operations, at)) return { ok: true, configurations: seen.size };
    const ahead = [...at.ahead].toSorted((a, b) => a - b).join();
    const key = `${at.front} ${ahead} ${model.describe(at.state)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (seen.size > maxConfigurations) throw new Error("the history is too hard to check");
    const size = at.front + at.ahead.size;
    if (size > furthest.size) furthest = { size, at };
    stack.push(...successors(model, operations, at));
  }
  const stuck = candidates(operations, furthest.at).map((index) => operations[index]);
  return { ok: false, stuck: stuck.filter((one) => one !== undefined), configurations: seen.size };
}

/** Everything that was answered has its place. */
function isComplete(operations: readonly Operation<unknown, unknown>[], at: Placed): boolean {
  for (let index = at.front; index < operations.length; index += 1) {
    if (!at.ahead.has(index) && operations[index]?.output !== null) return false;
  }
  return true;
}

/** What may come next: called before anything that is not yet placed was answered. */
function candidates(operations: readonly Operation<unknown, unknown>[], at: Placed): number[] {
  const found: number[] = [];
  let firstAnswerAt = Infinity;
  for (let index = at.front; index < operations.length; index += 1) {
    const operation = operations[index];
    if (operation === undefined || operation.calledAt > firstAnswerAt) break;
    if (at.ahead.has(index)) continue;
    found.push(index);
    firstAnswerAt = Math.min(firstAnswerAt, operation.answeredAt);
  }
  return found;
}

function* successors<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  at: Configuration<State>,
): Iterable<Configuration<State>> {
  // The stack takes the last first: what was called first is tried first.
  for (const index of candidates(operations, at).toReversed()) {
    const operation = operations[index];
    if (operation === undefined) continue;
    for (const state of model.step(at.state, operation)) yield { ...place(at, index), state };
  }
}

function place({ front, ahead }: Placed, index: number): Placed {
  const rest = new Set(ahead).add(index);
  let next = front;
  while (rest.delete(next)) next += 1;
  return { front: next, ahead: rest };
}
