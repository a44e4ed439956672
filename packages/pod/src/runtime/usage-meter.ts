/**
 * What the running turn has used and produced so far.
 */
import type { Artifact, ToolResult, Usage } from "@podlane/protocol";

/** As many as a turn's result may carry; later ones stay in history. */
const maxArtifacts = 256;

export class UsageMeter {
  readonly #monotonicMs: () => number;
  #startedMs: number;
  #toolCalls = 0;
  #artifacts = new Map<string, Artifact>();

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
    this.#startedMs = monotonicMs();
  }

  turnStarted(): void {
    this.#startedMs = this.#monotonicMs();
    this.#toolCalls = 0;
    this.#artifacts.clear();
  }

  called(result: ToolResult): void {
    this.#toolCalls += 1;
    for (const artifact of result.artifacts) {
      if (this.#artifacts.size < maxArtifacts) this.#artifacts.set(artifact.id, artifact);
    }
  }

  takeArtifacts(): Artifact[] {
    const artifacts = [...this.#artifacts.values()];
    this.#artifacts = new Map();
    return artifacts;
  }

  take(): Usage {
    const durationMs = Math.round(this.#monotonicMs() - this.#startedMs);
    const toolCalls = this.#toolCalls;
    return { inputTokens: 0, outputTokens: 0, costMicroUsd: 0, toolCalls, durationMs };
  }
}
