import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OutputFile } from "../../src/runtime/output-file.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "podlane-output-"));
  path = join(folder, "output");
});

afterEach(() => rmSync(folder, { recursive: true }));

/** All pages of a reader that asks for `limit` bytes at a time. */
function readAll(file: OutputFile, limit: number): string[] {
  const pages: string[] = [];
  for (let cursor = 0; ;) {
    const page = file.read(cursor, limit);
    pages.push(page.text);
    if (page.end) return pages;
    expect(page.nextCursor).toBeGreaterThan(cursor);
    cursor = page.nextCursor;
  }
}

describe("reading", () => {
  const text = "aé€𝄞".repeat(20);

  test.each([1, 2, 3, 4, 5, 6, 7, 100, 1_000])("by pages of %i bytes loses nothing", (limit) => {
    const file = new OutputFile(path);
    file.append(text);
    expect(readAll(file, limit).join("")).toBe(text);
    file.close();
  });

  test("behind the end is empty, and goes on where it was when more is printed", () => {
    const file = new OutputFile(path);
    file.append("one");
    expect(file.read(3, 10)).toEqual({ text: "", nextCursor: 3, end: true });
    expect(file.read(100, 10)).toEqual({ text: "", nextCursor: 100, end: true });
    file.append("two");
    expect(file.read(3, 10)).toEqual({ text: "two", nextCursor: 6, end: true });
    file.close();
  });

  test("from the middle of a character skips no byte behind it", () => {
    const file = new OutputFile(path);
    file.append("€uro");
    expect(file.read(1, 4)).toMatchObject({ text: "\uFFFD\uFFFDur", nextCursor: 5 });
    file.close();
  });

  test("a character that a crash cut short does not hold its reader for ever", () => {
    writeFileSync(path, Buffer.from("done €").subarray(0, 7));
    const file = new OutputFile(path);
    expect(readAll(file, 4).join("")).toMatch(/^done \uFFFD+$/);
    file.close();
  });

  test("bytes that are no text at all are read to their end", () => {
    writeFileSync(path, Buffer.alloc(50, 0b1000_0000));
    const file = new OutputFile(path);
    expect(readAll(file, 8).join("")).toBe("\uFFFD".repeat(50));
    file.close();
  });
});

describe("the bound", () => {
  const maxBytes = 200;
  const mark = `\n[output over ${maxBytes} bytes is not kept]\n`;
  const size = () => readFileSync(path).length;

  test("is kept to, said once, and filled up to the last whole character", () => {
    const file = new OutputFile(path, maxBytes);
    for (let n = 0; n < 200; n += 1) file.append("€");
    file.close();
    const kept = readFileSync(path, "utf8");
    const room = Math.floor((maxBytes - mark.length) / 3);
    expect(kept).toBe("€".repeat(room) + mark);
    expect(size()).toBeLessThanOrEqual(maxBytes);
  });

  test("one text larger than it is kept in part", () => {
    const file = new OutputFile(path, maxBytes);
    file.append("x".repeat(10 * maxBytes));
    file.append("y");
    file.close();
    expect(readFileSync(path, "utf8")).toBe("x".repeat(maxBytes - mark.length) + mark);
  });

  test("what fits to the byte is kept without the mark", () => {
    const file = new OutputFile(path, maxBytes);
    file.append("x".repeat(maxBytes - mark.length));
    expect(readFileSync(path, "utf8")).not.toContain("not kept");
    file.append("y");
    file.close();
    expect(readFileSync(path, "utf8")).toMatch(/x\n\[output over/);
  });

  test("holds for the pod's next process too, which says it no second time", () => {
    for (let generation = 1; generation <= 3; generation += 1) {
      const file = new OutputFile(path, maxBytes);
      file.append("x".repeat(150));
      file.append("small");
      file.close();
    }
    expect(readFileSync(path, "utf8").split(mark)).toHaveLength(2);
    expect(size()).toBeLessThanOrEqual(maxBytes);
  });
});

test("a pod's next process goes on behind what the last one left", () => {
  const first = new OutputFile(path);
  first.append("one\n");
  first.close();
  first.append("too late");
  first.close();
  appendFileSync(path, "two\n");
  const second = new OutputFile(path);
  second.append("three\n");
  expect(second.read(0, 100).text).toBe("one\ntwo\nthree\n");
  second.close();
});
