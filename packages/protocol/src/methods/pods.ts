/**
 * Pods as the coordinator knows them: what starts, moves and ends one. What a pod answers itself is
 * in `pod.ts`.
 */
import { z } from "zod";
import { denialCodes, ErrorCode } from "../errors.ts";
import { Generation, Name, PodId, RegistrationId } from "../ids.ts";
import {
  maxDeadlineMs,
  maxDelegateLevels,
  maxDenialMessage,
  maxMessageBytes,
  maxTagLength,
  maxWaitsBeside,
} from "../limits.ts";
import { InboxMarks } from "../log-event/pods.ts";
import { mutation, query } from "../method.ts";
import { PodRecord } from "../pod-record.ts";
import { PodSpec } from "../pod-spec.ts";
import { PodState, Waiting } from "../pod-state.ts";
import { Scope } from "../scope-rule.ts";
import { TurnCause, TurnOutcome, TurnResult } from "../turn.ts";

const Nothing = z.object({});
const OnePod = z.object({ pod: PodId });
const Turn = z.object({ pod: PodId, generation: Generation, turn: z.int().min(1) });

export const podCommandMethods = {
  "pod.spawn": mutation(
    z.object({ parent: PodId.nullable(), spec: PodSpec }),
    z.object({ pod: PodRecord }),
  ),
  "pod.get": query(OnePod, z.object({ pod: PodRecord })),
  "pod.list": query(
    z.object({ all: z.boolean().default(false) }),
    z.object({ pods: z.array(PodRecord) }),
  ),
  /** Long poll: answers once the pod is ready, settled or ended (a pod that ended is all three). */
  "pod.wait": query(
    z.object({ pod: PodId, until: z.enum(["ready", "settled", "ended"]) }),
    z.object({ pod: PodRecord }),
    { deadlineMs: maxDeadlineMs },
  ),
  "pod.turn_request": mutation(
    Turn.extend({ cause: TurnCause, resumed: z.boolean().default(false) }),
    z.object({ admitted: z.boolean(), position: z.int().min(0) }),
  ),
  /**
   * Gives up the slot of a running turn that waits, and states all that it waits for now: a repeat
   * with other waits replaces them. Refused `deadlock` if one of them closes a cycle.
   */
  "pod.turn_yield": mutation(
    Turn.extend({ waiting: Waiting, beside: z.array(Waiting).max(maxWaitsBeside).default([]) }),
    Nothing,
  ),
  "pod.turn_end": mutation(
    Turn.extend({
      cause: TurnCause,
      outcome: TurnOutcome,
      result: TurnResult.nullable(),
      message: z.string().nullable(),
      code: ErrorCode.nullable().default(null),
    }),
    Nothing,
  ),
  "pod.transition": mutation(
    z.object({
      pod: PodId,
      generation: Generation,
      state: PodState,
      waiting: Waiting.nullable().default(null),
    }),
    Nothing,
  ),
  /** "I have nothing left to do": the tree is settled when all its pods are and marks agree. */
  "pod.settled": mutation(
    z.object({
      pod: PodId,
      generation: Generation,
      outboxSeq: z.int().min(0),
      inbox: InboxMarks,
    }),
    z.object({ settled: z.boolean() }),
  ),
  "pod.stop": mutation(
    OnePod.extend({
      deadlineMs: z.int().min(0).max(3_600_000).default(10_000),
      cause: z.enum(["finished", "requested", "timeout"]).default("requested"),
      tree: z.boolean().default(false),
    }),
    z.object({ pods: z.array(PodId) }),
  ),
  "pod.kill": mutation(
    OnePod.extend({ tree: z.boolean().default(false) }),
    z.object({ pods: z.array(PodId) }),
  ),
  /**
   * Ends the process in order and starts the next generation, with the same scope, children and
   * claims; counts against no policy. Refuses `conflict` for a pod that ends or has ended.
   */
  "pod.restart": mutation(
    OnePod.extend({
      deadlineMs: z.int().min(0).max(3_600_000).default(10_000),
      tree: z.boolean().default(false),
    }),
    z.object({ pods: z.array(PodId) }),
  ),
  "pod.touched": mutation(
    z.object({
      pod: PodId,
      generation: Generation,
      paths: z.array(z.string()).max(256),
      access: z.enum(["read", "write"]),
    }),
    Nothing,
  ),
  /** What the pod's own gates denied its agent; the coordinator only keeps the record. */
  "pod.denied": mutation(
    z.object({
      pod: PodId,
      generation: Generation,
      tool: z.string().max(64),
      code: z.enum(denialCodes),
      message: z.string().max(maxDenialMessage),
    }),
    Nothing,
  ),
  "pod.why": query(OnePod, z.object({ lines: z.array(z.string()) })),
} as const;

const Pods = z.object({ pods: z.array(PodId) });
const Tree = OnePod.extend({ tree: z.boolean().default(false) });

export const reservedPodMethods = {
  /** Starts the next generation of a parked pod; `conflict` in any other state. */
  "pod.wake": mutation(OnePod, z.object({ pod: PodRecord })),
  /** A crashed pod that used up its restarts may start again, with none counted. */
  "pod.quarantine_clear": mutation(OnePod, z.object({ pod: PodRecord })),
  /** At the next safe point; answers the pods that were told. `not_running` when none runs. */
  "pod.pause": mutation(Tree, Pods),
  "pod.resume": mutation(Tree, Pods),
  /**
   * A pod whose process is not ours: an agent that somebody else started takes a place in the tree.
   * It lives as long as it heartbeats. `out_of_scope` if the parent cannot lend the scope.
   */
  "pod.join": mutation(
    z.object({
      name: Name,
      parent: PodId.nullable().default(null),
      agentType: z.string().max(maxTagLength).default(""),
      task: z.string().max(maxMessageBytes).nullable().default(null),
      scope: Scope.nullable().default(null),
      delegate: z.int().min(0).max(maxDelegateLevels).default(0),
    }),
    z.object({
      pod: PodId,
      registration: RegistrationId,
      generation: Generation,
      scope: Scope,
      /** Proves this pod and generation in a hello. */
      token: z.string(),
    }),
  ),
} as const;
