/** How the command ends. Numbers above 63 follow sysexits.h; 124 is what timeout(1) uses. */
export const ExitStatus = {
  /** Every program exited with 0. */
  OK: 0,
  /** A program failed or was killed. */
  PROGRAM_FAILED: 1,
  /** The command line, a program or an input file is wrong. */
  USAGE: 64,
  /** A tool that the work needs is not installed. */
  TOOL_MISSING: 69,
  /** The kernel panicked, or this command has a defect. */
  PANIC: 70,
  TIMED_OUT: 124,
} as const;

/** The request cannot be met as it stands; `message` says what was found and what would do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly status = ExitStatus.USAGE;
}

/** The exit status of an error: its own `status` where it has one, 64 for a program that does not compile, else 70. */
export function statusOf(error: unknown): number {
  if (!(error instanceof Error)) return ExitStatus.PANIC;
  if ("status" in error && typeof error.status === "number") return error.status;
  return error.name === "CompileError" ? ExitStatus.USAGE : ExitStatus.PANIC;
}

/** Errors that say all that a person needs; for any other the stack is shown, since it is a defect of ours. */
export function isExpected(error: unknown): error is Error {
  return error instanceof Error && (error.name === "CompileError" || "status" in error);
}
