/** Registrations of outside agents as the log tells of them: who is there, and what each can do. */
import type { Entry, Report } from "./entry.ts";

export type SessionEntry = Extract<Entry, { kind: `registration.${string}` }>;

export class SessionsModel {
  readonly #report: Report;
  readonly #skills = new Map<string, readonly string[]>();
  readonly #ended = new Set<string>();

  constructor(report: Report) {
    this.#report = report;
  }

  apply(entry: SessionEntry): void {
    switch (entry.kind) {
      case "registration.registered":
        if (this.#ended.has(entry.id)) this.#report("Q2", `${entry.id} comes back from its end`);
        this.#skills.set(entry.id, entry.data.session.capabilities);
        return;
      case "registration.ended":
        if (this.#ended.has(entry.id)) this.#report("Q2", `${entry.id} ends twice`);
        this.#ended.add(entry.id);
        return;
      case "registration.suspected":
      case "registration.recovered":
        if (this.#ended.has(entry.id)) this.#report("Q2", `${entry.kind} of ended ${entry.id}`);
        return;
      default:
        return entry satisfies never;
    }
  }

  hasEnded(registration: string): boolean {
    return this.#ended.has(registration);
  }

  isKnown(registration: string): boolean {
    return this.#skills.has(registration);
  }

  skillsOf(registration: string): readonly string[] {
    return this.#skills.get(registration) ?? [];
  }
}
