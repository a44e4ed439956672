/** What methods, PodEvents and error codes are for, in a line; a missing one does not compile. */
import type * as protocol from "../../../packages/protocol/src/index.ts";

type Purposes<T> = { readonly [K in keyof T]: string };

export const podPurposes: Purposes<protocol.PodMethods> = {
  run: "start a turn with this input; `already_running` while one runs",
  notify: "leave a message; an idle pod wakes for it if `autoRun`",
  pod_event: "deliver a PodEvent; the answer is the acknowledgement",
  steer: "leave a message that the wake budget does not hold back",
  pause: "pause at the next safe point; `not_running` when idle",
  resume: "go on; `not_paused` when nothing is paused",
  cancel: "end the turn, and keep or drop what it produced",
  shutdown: "end the turn and leave",
  spawn: "start a child with a part of this pod's scope",
  get_history: "read the session history, or its notifications only",
  get_status: "read what the pod does and what it waits for",
  list_children: "read the registry: children, and what they have delegated",
  subscribe: "follow events of the chosen lanes",
  answer_input: "answer a question that its agent asked",
  read_output: "read what the agent printed, from a cursor",
  get_receipt: "read what became of a message",
  await_receipt: "wait until a message is queued or shown",
  tool_call: "call a tool of the tool host (role `agent`)",
};

export const coordinatorPurposes: Purposes<protocol.CoordinatorMethods> = {
  "run.submit": "start a plan, or go on with a run that was drained or stopped",
  "run.get": "read one run",
  "run.list": "read all runs",
  "run.cancel": "start nothing new (`drain`), or stop every pod (`now`)",
  "pod.spawn": "lend a scope, and have a host start the pod",
  "pod.get": "read one pod",
  "pod.list": "read the living pods, or all",
  "pod.wait": "wait until a pod is ready, settled or ended",
  "pod.turn_request": "ask for a slot; a grant or a place in the queue",
  "pod.turn_yield": "give the slot up while the turn waits; `deadlock` for a cycle",
  "pod.turn_end": "give the slot back, with the turn's outcome",
  "pod.transition": "report a change of state",
  "pod.settled": "report that nothing is left to do",
  "pod.stop": "ask a pod, or its whole tree, to leave in time",
  "pod.kill": "kill a pod, or its whole tree",
  "pod.restart": "end the process and start the next generation",
  "pod.touched": "report paths that were read or written",
  "pod.denied": "report what the pod itself refused its agent",
  "scope.get": "read a pod's scope and what it has lent",
  "scope.check": "ask what a pod may do to a path",
  "claim.acquire": "claim units, all or none; waits in line if asked to",
  "claim.release": "give a claim back, or leave the line",
  "claim.renew": "push back the expiry of all claims of the caller",
  "claim.transfer": "hand a claim to another pod",
  "claim.set_capacity": "say how many may hold a process unit at once",
  "claim.list": "read the claims that touch the given units, or all",
  "claim.why": "say in words why a claim waits",
  "pod.why": "say in words why a pod waits",
  "merge.list": "read the merge queue",
  "merge.approve": "land a branch that is ready, or put one in the queue",
  "merge.wait": "wait until a merge has landed or stopped",
  "inbox.pod_event": "deliver a PodEvent of a pod that has no parent",
  "inbox.read": "read the operator's inbox",
  "inbox.ack": "mark the inbox as read up to a place",
  "log.read": "read the log from a place",
  "log.watch": "follow the log",
  "log.head": "read where the log ends",
  "log.verify": "check the hashes of the whole log",
  "server.status": "read who the coordinator is and how it does",
  "server.stop": "end the coordinator; `busy` while pods live, unless forced",
};

export const coordinatorPushPurposes: Purposes<typeof protocol.coordinatorPushMethods> = {
  "claim.granted": "a waiter's turn has come; to answer is to accept",
  "claim.lost": "a claim has ended without its holder having asked",
};

export const hostReportPurposes: Purposes<protocol.HostReportMethods> = {
  "host.attach": "offer a machine",
  "host.started": "a pod's process runs, in this worktree",
  "host.ready": "the pod listens on its socket",
  "host.exited": "the process is proven gone",
  "host.collected": "the worktree of an ended pod was removed",
  "host.merge_report": "what came of a merge order",
};

export const hostOrderPurposes: Purposes<protocol.HostOrderMethods> = {
  "host.start": "start this generation of a pod",
  "host.signal": "end it: politely until the deadline, or at once",
  "host.collect": "remove the worktree of an ended pod; unmerged work is kept in a ref",
  "host.merge": "predict a merge and run its gate, or land it",
  "host.take_inbox": "hand over what a dead pod had not yet taken in",
};

/** What the receiver does at once, whatever it is doing. */
export const sideEffects: Readonly<Record<protocol.PodEventKind | "unknown", string>> = {
  turn_ended: "note the child's state and result",
  turn_stopped: "note the child's state",
  errored: "note the child's state",
  shut_down: "drop the child, take its scope back, adopt its living children",
  input_requested: "list the question among the approvals",
  needs_input: "pass it up until a pod may answer it, or a person does",
  scope_sub_delegated: "record the grandchild, and pass it up with `parentPod` rewritten",
  scope_returned: "undo that record, and pass it up",
  state_changed: "note the child's state",
  artifact_ready: "index the artifact",
  unknown: "log it",
};

export const errorMeanings: Readonly<Record<protocol.ErrorCode, string>> = {
  already_running: "a turn is in progress",
  not_running: "no turn is in progress",
  not_paused: "nothing is paused",
  invalid_request: "what was sent has the wrong form",
  unauthorized: "the token does not allow it",
  not_found: "there is no such thing",
  conflict: "somebody else has it, or it exists already",
  stale_generation: "an older incarnation of the pod speaks",
  stale_token: "the fence of a claim is no longer the current one",
  deadlock: "to wait would close a cycle; `data` names it",
  denied: "a rule forbids it",
  out_of_scope: "the path is not within the pod's scope",
  needs_input: "a person has to answer first",
  budget_exhausted: "what was allotted is used up",
  too_large: "over a bound; the message names it",
  timeout: "not done by the deadline",
  unavailable: "nobody there, or not any more",
  busy: "too much in progress: try later",
  interrupted: "given up before it was done",
  unsupported: "an unknown method or revision",
  internal: "a fault of the other side; its log says more",
};
