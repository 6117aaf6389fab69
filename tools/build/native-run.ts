import { execFile } from "node:child_process";
import { basename } from "node:path";
import { promisify } from "node:util";

/** clang or a linker refused what the tool chain made. A mistake of ours, not of the program's author. */
export class NativeBuildError extends Error {
  override readonly name = "NativeBuildError";
}

/** Runs a compiler or linker; its own words are in the error. */
export async function runNative(tool: string, args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(tool, args, { maxBuffer: 1 << 26 });
  } catch (error) {
    throw new NativeBuildError(`${basename(tool)} fails:\n${(error as { stderr?: string }).stderr ?? String(error)}`);
  }
}
