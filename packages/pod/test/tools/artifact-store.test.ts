import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArtifactId } from "@podlane/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createArtifactStore, type ArtifactStore } from "../../src/tools/artifact-store.ts";

const description = { kind: "output", mediaType: "text/plain" } as const;

describe("the artifact store", () => {
  let directory: string;
  let store: ArtifactStore;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "podlane-artifacts-"));
    store = createArtifactStore(join(directory, "artifacts"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it("names content by its hash, and keeps the same content once", async () => {
    const first = await store.put("hello", description);
    const again = await Promise.all([
      store.put("hello", { ...description, label: "again" }),
      store.put(Buffer.from("hello"), description),
    ]);
    const hash = createHash("sha256").update("hello").digest("hex");
    expect(first).toEqual({ id: `sha256:${hash}`, bytes: 5, ...description });
    expect(again.map(({ id }) => id)).toEqual([first.id, first.id]);
    expect(readdirSync(join(directory, "artifacts", hash.slice(0, 2)))).toEqual([hash.slice(2)]);
  });

  it("reads pages, and nothing past the end", async () => {
    const { id } = await store.put("0123456789", description);
    const read = async (offset: number, limit: number) => {
      const page = await store.read(id, offset, limit);
      return page.ok ? Buffer.from(page.value.bytes).toString() : page.error.code;
    };
    expect(await read(0, 4)).toBe("0123");
    expect(await read(8, 4)).toBe("89");
    expect(await read(20, 4)).toBe("");
  });

  it("keeps empty content, and refuses an id it does not hold", async () => {
    expect(await store.put("", description)).toMatchObject({ bytes: 0 });
    const unknown = ArtifactId.parse(`sha256:${"0".repeat(64)}`);
    expect(await store.read(unknown, 0, 1)).toMatchObject({ error: { code: "not_found" } });
  });
});
