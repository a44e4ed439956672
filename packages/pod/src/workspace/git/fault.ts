/** The one error that a failed git call throws. */

export type GitFaultCode =
  | "git_failed"
  | "git_missing"
  | "git_timeout"
  | "git_aborted"
  | "git_output_too_large";

export interface GitFaultDetail {
  readonly args: readonly string[];
  readonly directory: string;
  readonly exitCode: number | null;
  readonly stderr: string;
}

/** A git call that went wrong for a reason nobody expected; an expected one is a refusal. */
export class GitFault extends Error {
  readonly code: GitFaultCode;
  readonly args: readonly string[];
  readonly directory: string;
  /** Null when a signal ended it or it never ran. */
  readonly exitCode: number | null;
  readonly stderr: string;

  constructor(code: GitFaultCode, detail: GitFaultDetail, cause?: unknown) {
    super(describe(code, detail), { cause });
    this.name = "GitFault";
    this.code = code;
    this.args = detail.args;
    this.directory = detail.directory;
    this.exitCode = detail.exitCode;
    this.stderr = detail.stderr;
  }
}

function describe(code: GitFaultCode, detail: GitFaultDetail): string {
  const call = `git ${detail.args.join(" ")} (in ${detail.directory})`;
  switch (code) {
    case "git_failed":
      return `${call} ended with ${detail.exitCode ?? "a signal"}: ${detail.stderr.trim()}`;
    case "git_missing":
      return `${call} could not start: is git installed and does the folder exist?`;
    case "git_timeout":
      return `${call} did not end before its deadline and was stopped`;
    case "git_aborted":
      return `${call} was stopped because its caller gave up`;
    case "git_output_too_large":
      return `${call} wrote more output than its bound and was stopped`;
  }
}
