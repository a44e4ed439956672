/**
 * A content-addressed store of what tools produced: diffs, outputs, files.
 * One file per content under `<directory>/<first two hex digits>/`, written once, never changed.
 * What a handle says beside the id (kind, label) is the handle's own and not stored here.
 */
import { createHash, randomBytes } from "node:crypto";
import { access, mkdir, open, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { accepted, ArtifactId, refused, type Artifact, type Outcome } from "@podlane/protocol";
import { ignore } from "./directory-walk.ts";

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

/** The directory is created when the first artifact comes. Many processes may share it. */
export function createArtifactStore(directory: string): ArtifactStore {
  return {
    async put(content, description) {
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      const hash = createHash("sha256").update(bytes).digest("hex");
      await writeOnce(directory, hash, bytes);
      return { id: ArtifactId.parse(`sha256:${hash}`), bytes: bytes.length, ...description };
    },
    read: (id, offset, limitBytes) => readPage(directory, id, offset, limitBytes),
  };
}

function placeOf(directory: string, hash: string): { folder: string; file: string } {
  const folder = join(directory, hash.slice(0, 2));
  return { folder, file: join(folder, hash.slice(2)) };
}

async function writeOnce(directory: string, hash: string, bytes: Uint8Array): Promise<void> {
  const { folder, file } = placeOf(directory, hash);
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `.${randomBytes(9).toString("base64url")}`);
  try {
    await writeDurably(temporary, bytes);
    await rename(temporary, file);
  } catch (error) {
    await unlink(temporary).catch(ignore("ENOENT"));
    throw error;
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, "wx", 0o600);
  await file.writeFile(bytes);
  await file.datasync();
}

async function readPage(
  directory: string,
  id: ArtifactId,
  offset: number,
  limitBytes: number,
): Promise<Outcome<ArtifactPage>> {
  const { file: path } = placeOf(directory, id.slice("sha256:".length));
  const opened = await open(path, "r").catch(ignore("ENOENT"));
  if (opened === undefined) return refused("not_found", `there is no artifact ${id}`);
  await using file = opened;
  const { size } = await file.stat();
  const bytes = Buffer.alloc(Math.max(0, Math.min(limitBytes, size - offset)));
  const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
  return accepted({ bytes: bytes.subarray(0, bytesRead), totalBytes: size });
}
