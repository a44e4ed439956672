/** Reads a coordinator's whole log over its socket, for what a bench checks afterwards. */
import type { Coordinators } from "./start.ts";
import { expectOk } from "../workspace.ts";

export interface LoggedEvent {
  readonly seq: number;
  readonly kind: string;
  readonly subject: string;
}

interface LogPage {
  readonly events: readonly LoggedEvent[];
  readonly next: number | null;
}

const pageEvents = 1_000;

export async function* readLog(coordinators: Coordinators): AsyncIterable<LoggedEvent> {
  const peer = await coordinators.connect(0);
  let from: number | null = 1;
  while (from !== null) {
    const page: LogPage = expectOk(await peer.request("log.read", { from, limit: pageEvents }));
    yield* page.events;
    from = page.next;
  }
  peer.close();
}
