/**
 * What a pod has of its own when it comes up: its session, the state recovered from it, and those
 * who read both.
 */
import { recover } from "../session/recover.ts";
import { openSession, type Session } from "../session/session.ts";
import type { PodSetting } from "./boot-setting.ts";
import { ControllerLoop } from "./controller-loop.ts";
import { OutputFile } from "./output-file.ts";
import { Streams } from "./streams.ts";

export interface OwnSession {
  readonly session: Session;
  readonly loop: ControllerLoop;
  readonly output: OutputFile;
  readonly streams: Streams;
  /** After the loop's `close`: what comes late has nowhere to be recorded. */
  close(): void;
}

/** Opens the pod's session, a new one or what an earlier process left. */
export function adoptSession({ boot, layout }: PodSetting): OwnSession {
  const { pod: podId, generation, spec, baseCommit } = boot;
  const { name: podName, settings } = spec;
  const session = openSession(layout.session, { podId, generation });
  const core = { podId, podName, generation, settings, baseCommit };
  const state = recover(core, session.loadCoreState(), Date.now());
  const output = new OutputFile(layout.output);
  const close = () => {
    session.close();
    output.close();
  };
  const loop = new ControllerLoop({ session, state, nowMs: Date.now });
  return { session, loop, output, streams: new Streams(session), close };
}
