/**
 * A content-addressed store of what tools produced: diffs, outputs, files.
 * One file per content under `<directory>/<first two hex digits>/`, written once, never changed.
 */
import type { Artifact, ArtifactId, Outcome } from "@podlane/protocol";

export interface ArtifactDescription {
  readonly kind: Artifact["kind"];
  readonly mediaType: string;
  readonly label?: string;
}

export interface ArtifactPage {
  readonly bytes: Uint8Array;
  readonly totalBytes: number;
}

export interface ArtifactStore {
  /** Durable when it resolves. The same content twice is one file and one id. */
  put(content: Uint8Array | string, description: ArtifactDescription): Promise<Artifact>;
  /** At most `limitBytes` from `offset`. Refuses `not_found`. */
  read(id: ArtifactId, offset: number, limitBytes: number): Promise<Outcome<ArtifactPage>>;
}
