/**
 * What a read is: a pure function of state, params and the log's time. Its value must not share
 * objects with the state that change later.
 */
import type { Outcome, ParsedParamsOf, ResultOf } from "@podlane/protocol";
import type { MethodName, Methods } from "./decider.ts";
import type { WorkspaceState } from "./state.ts";

export type Query<M extends MethodName> = (
  state: WorkspaceState,
  params: ParsedParamsOf<Methods, M>,
  context: { readonly nowMs: number },
) => Outcome<ResultOf<Methods, M>>;

export type Queries<M extends MethodName> = { readonly [P in M]: Query<P> };
