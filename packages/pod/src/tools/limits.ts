/**
 * Every bound of the tool host, with what it bounds and which wrong direction is worse.
 */
import { maxDeadlineMs } from "@podlane/protocol";

/** One answer's text, as a model sees it. More fills its context, less hides what it asked for. */
export const maxTextBytes = 32 * 1024;
/** A file that a tool reads whole into memory or writes. */
export const maxFileBytes = 4 * 1024 * 1024;
/** One patch, in bytes, and the files it may name. */
export const maxPatchBytes = 4 * 1024 * 1024;
export const maxPatchFiles = 256;
/** Edits that the diff search may spend on one file; beyond it the diff shows a replacement. */
export const maxDiffEdits = 4_000;
/** Paths one listing answers. */
export const defaultListEntries = 1_000;
export const maxListEntries = 10_000;
/** Matches one search answers, and the characters of each line shown. */
export const defaultMatches = 200;
export const maxMatches = 2_000;
export const maxMatchColumns = 300;
export const maxPatternBytes = 1_024;
/** Larger files are data or generated; scanning them hides real matches behind a slow search. */
export const maxSearchFileBytes = 1024 * 1024;
/** One file's scan. A regular expression that backtracks without end blocks the pod this long. */
export const searchFileMs = 200;
/** One search over all files. */
export const searchTotalMs = 20_000;
/** A command's line, and what of its output is kept: the head names the cause, the tail the end. */
export const maxCommandBytes = 64 * 1024;
export const commandHeadBytes = 4 * 1024 * 1024;
export const commandTailBytes = 4 * 1024 * 1024;
/** What of a command's output is in the answer itself; all that was kept is in the artifact. */
export const shownHeadBytes = 4 * 1024;
export const shownTailBytes = 12 * 1024;
/** A command without its own timeout, and the longest one it may ask for. */
export const defaultCommandSeconds = 600;
export const maxCommandSeconds = 24 * 3_600;
/** Links followed for one path, as Linux does (`MAXSYMLINKS`). */
export const maxLinks = 40;
/** One name in a path, as Linux and macOS allow (`NAME_MAX`). */
export const maxNameBytes = 255;
/** Paths named in one answer's text. */
export const maxNamedPaths = 20;
/** Waiting for children: as long as any request may wait. */
export const maxWaitSeconds = maxDeadlineMs / 1_000;
/** One page of a child's output: what its `read_output` answers at most. */
export const maxOutputPage = 1024 * 1024;
