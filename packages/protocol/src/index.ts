/**
 * Everything that crosses a process boundary in Podlane. Runs unchanged in browsers, Deno and Bun;
 * `@podlane/protocol/node` adds the Node transports.
 */
export {
  denialCodes,
  type DenialCode,
  errorCodes,
  ErrorCode,
  exitCodes,
  exitCodeOf,
  isDenial,
} from "./errors.ts";
export { Refusal, accepted, refused, type Outcome } from "./outcome.ts";
export {
  maxFrameBytes,
  maxDepth,
  maxEntries,
  maxStringBytes,
  listenBacklog,
  requestDeadlineMs,
  maxDeadlineMs,
  handshakeDeadlineMs,
  maxPendingRequests,
  maxSubscriptionQueue,
  maxUnsentBytes,
  maxNameBytes,
  maxMessageBytes,
  maxNotificationTextBytes,
  maxSummaryBytes,
  maxKeyBytes,
  maxScopeRules,
  maxClaimUnits,
  maxUnitCapacity,
  maxWaitsBeside,
  maxDelegateLevels,
  maxDenialMessage,
  maxPlanTasks,
  maxSocketPathBytes,
} from "./limits.ts";
export {
  PodId,
  RunId,
  ClaimId,
  MergeId,
  RegistrationId,
  TaskId,
  HandoffId,
  MemoryId,
  ApprovalId,
  VerificationId,
  PortLeaseId,
  AccessKeyId,
  FeatureId,
  HostId,
  ReplicaId,
  ArtifactId,
  CommitId,
  Name,
  Generation,
  CommandId,
} from "./ids.ts";
export {
  query,
  mutation,
  type Method,
  type MethodTable,
  type ParamsOf,
  type ParsedParamsOf,
  type ResultOf,
  type MethodOptions,
} from "./method.ts";
export { Permission, ScopeRule, Scope } from "./scope-rule.ts";
export {
  TextSegment,
  FileRefSegment,
  PasteSegment,
  ArtifactRefSegment,
  UnknownSegment,
  Segment,
  textOf,
} from "./segment.ts";
export { Artifact } from "./artifact.ts";
export { TurnCause, Usage, TurnResult, StoppedOutcome, TurnOutcome } from "./turn.ts";
export { PodState, WaitReason, Waiting, canMove, isTerminal } from "./pod-state.ts";
export {
  InputRequest,
  ShutDownCause,
  ProcessExit,
  TurnEnded,
  TurnStopped,
  Errored,
  ShutDown,
  InputRequested,
  NeedsInput,
  ScopeSubDelegated,
  ScopeReturned,
  StateChanged,
  ArtifactReady,
  PodEvent,
  UnknownPodEvent,
  ReceivedPodEvent,
  type PodEventKind,
  type PodEventBody,
} from "./pod-event.ts";
export {
  laneOf,
  shouldNotifyAgent,
  type Lane,
  type AgentVisiblePodEvent,
  type ControlPodEvent,
} from "./lanes.ts";
export { Message, Sender, ReceiptState, Receipt } from "./message.ts";
export {
  UserItem,
  AssistantItem,
  ToolCallItem,
  ToolResultItem,
  AgentVisibleEvent,
  EventNotificationItem,
  MessageNotificationItem,
  SystemItem,
  HistoryItem,
  type NotificationItem,
  type NewHistoryItem,
} from "./history.ts";
export {
  ScriptAgentSpec,
  ShellAgentSpec,
  AgentSpec,
  ResourceLimits,
  MergeMode,
  MergeMethod,
  MergeSettings,
  Setup,
  IsolationStrategy,
  RestartPolicy,
  restartWindowMs,
  PodSettings,
  StartPoint,
  AgentCap,
  PodSpec,
} from "./pod-spec.ts";
export { PodExit, PodProcess, LastTurn, PodRecord } from "./pod-record.ts";
export {
  minClaimTtlMs,
  maxClaimTtlMs,
  defaultClaimTtlMs,
  ClaimMode,
  ClaimUntil,
  ClaimEnd,
  UnitCapacity,
  ClaimWait,
  AcquireClaim,
  ClaimView,
} from "./claim.ts";
export { PastClaim, UnitOverlap, UnitStake, UnitTouch } from "./unit-report.ts";
export { PlanTask, Plan, TaskState, RunTaskView, RunState, RunOutcome, RunView } from "./run.ts";
export { MergeState, MergeProblem, Landed, MergeView } from "./merge.ts";
export { JsonObject } from "./json-object.ts";
export { Priority, defaultPriority } from "./priority.ts";
export {
  TaskStatus,
  DependencyFailurePolicy,
  TaskType,
  AgentRequirements,
  SubmitTask,
  TaskError,
  TaskAttempt,
  Task,
} from "./task.ts";
export { RegistrationStatus, Capability, RegisterSession, Registration } from "./registration.ts";
export { WriteHandoff, Handoff } from "./handoff.ts";
export { MemoryOutcome, Remember, Memory, RecalledMemory } from "./memory.ts";
export {
  ResourceClaims,
  FeatureStatus,
  RegisterFeature,
  Feature,
  Feasibility,
  FeatureConflict,
} from "./feature.ts";
export { PullRequestUrl, MergeQueueEntry, MergeCheck } from "./merge-queue-entry.ts";
export { ApprovalStatus, ApprovalDecision, Approval } from "./approval.ts";
export { GuardrailSeverity, GuardrailPattern, GuardrailViolation } from "./guardrail.ts";
export { TrustLevel, ProfileLimits, Profile } from "./profile.ts";
export { PolicyEngine, PolicyRecord, PolicyError } from "./policy.ts";
export { ChangeId, VerificationTier, ReportVerification, Verification } from "./verification.ts";
export { AuditEntry, AuditCheckpoint } from "./audit-entry.ts";
export { PortLease } from "./port-lease.ts";
export { AccessKey } from "./access-key.ts";
export {
  activitySchemaVersion,
  RedactionLevel,
  AgentRunStarted,
  AgentRunCompleted,
  AgentClaimedPath,
  AgentTouchedPath,
  AgentOverlapDetected,
  AgentPolicyGate,
  AgentEvidenceWritten,
  AgentReviewReady,
  AgentStaleAssumptionDetected,
  ActivityEvent,
} from "./activity-event.ts";
export { SandboxBackends } from "./sandbox-backends.ts";
export {
  logEventData,
  Actor,
  LogEventEnvelope,
  type LogEventKind,
  type LogEventData,
} from "./log-event.ts";
export { InboxMarks } from "./log-event/pods.ts";
export { TaskReturn } from "./log-event/tasks.ts";
export {
  SpawnChild,
  ChildView,
  PodStatus,
  ToolResult,
  podMethods,
  type PodMethods,
} from "./methods/pod.ts";
export { coordinatorPushMethods } from "./methods/claims.ts";
export {
  coordinatorMethods,
  servedResources,
  type CoordinatorMethods,
} from "./methods/coordinator.ts";
export { reservedMethods, reservedResources, type ReservedMethods } from "./methods/reserved.ts";
export {
  hostReportMethods,
  MergeOrder,
  hostOrderMethods,
  type HostReportMethods,
  type HostOrderMethods,
} from "./methods/host.ts";
export {
  maxMessageValues,
  maxMethodNameBytes,
  maxReportedIssues,
  maxBacklogBytes,
  closeFlushMs,
  maxDocumentBytes,
  maxListedNames,
  maxTagLength,
  maxPageEntries,
  maxTaskAttempts,
  maxLeasedPorts,
  maxPolicyBytes,
  maxApprovalSeconds,
} from "./limits.ts";
export {
  FrameDecoder,
  FrameError,
  frameHeaderBytes,
  checkFrameLength,
  encodeFrames,
  type FrameBatch,
  type FrameErrorCode,
} from "./frame.ts";
export { encodeMessage, decodeMessage } from "./codec.ts";
export { CodecError, type CodecErrorCode } from "./codec/codec-error.ts";
export {
  MessageId,
  RequestEnvelope,
  ResultEnvelope,
  ErrorEnvelope,
  ResponseEnvelope,
  EventEnvelope,
  Gap,
  GapEnvelope,
  EndEnvelope,
  CancelEnvelope,
  CloseEnvelope,
  positionalTag,
} from "./envelope.ts";
export { EnvelopeError, readEnvelope, nameParams, type Envelope } from "./envelope/read.ts";
export {
  protocolVersion,
  supportedProtocols,
  negotiateProtocol,
  Role,
  Hello,
  Welcome,
  WelcomeLimits,
  HelloEnvelope,
  WelcomeEnvelope,
  type HelloInput,
  type Principal,
} from "./handshake.ts";
export type { CloseReason, Link, Receiver, Transport } from "./transport.ts";
export { createMemoryPair, type MemoryTransportOptions } from "./memory-transport.ts";
export {
  connectWebSocket,
  webSocketTransport,
  type WebSocketLike,
  type WebSocketOptions,
} from "./websocket.ts";
export { systemClock, type Clock } from "./peer/clock.ts";
export type { Call, Fault, Handlers } from "./peer/call.ts";
export type { RequestOptions, WatchHandlers } from "./peer/outgoing-requests.ts";
export type { Subscription, SubscriptionOptions } from "./peer/publication.ts";
export { createPeer, type Peer, type PeerOptions, type Watch } from "./peer/peer.ts";
export { connectPeer, type Connected, type ConnectOptions } from "./connect.ts";
export { acceptPeer, type AcceptOptions, type WelcomeInput } from "./accept.ts";
export { canonicalTarget, childPath, isWithin, quoted, selfAndAncestors } from "./scope/path.ts";
export { isGitPath } from "./scope/git-path.ts";
export { validateScope } from "./scope/validate-scope.ts";
export {
  compileScope,
  effectivePermission,
  effectiveScope,
  type EffectiveScope,
  type PodRank,
} from "./scope/effective-scope.ts";
export { type PermissionAt } from "./scope/coverage.ts";
export { type Loan } from "./scope/loan.ts";
export { checkLend, delegateForChild, delegateForTopLevel, type Lender } from "./scope/lend.ts";
export { firstExcess, grantsWrite, isSubscope, overlaps } from "./scope/compare-scopes.ts";
export { checkAccess, whyNotMore } from "./scope/explain.ts";
export { suffices } from "./scope/permission.ts";
export { formatScopeRule, parseScope, parseScopeRule } from "./scope/rule-text.ts";
export { canonicalUnit, directoryUnit, pathOfUnit, prefixOf, UnitKey } from "./unit/unit-key.ts";
export { ancestorsOf, unitsOverlap } from "./unit/unit-overlap.ts";
export { unitsWithinScope, type UnitsByScope } from "./unit/unit-scope.ts";
