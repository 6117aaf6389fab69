import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * Files that are made only when what they are made from has changed: beside the first of them lies a stamp that says what that was. Several
 * processes may make the same files at once: each works on drafts of its own and renames them, so that nobody reads half of one, and
 * files never stand beside a stamp that is not theirs.
 */

/** Paths of files of one making; the stamp is the first one's. */
export type Outputs = readonly [string, ...string[]];
/** Writes drafts of the outputs, in their order. */
type Make<Result> = (...drafts: string[]) => Promise<Result> | Result;

/** Makes `outputs` unless they were last made with this stamp. */
export async function makeIfStale(outputs: Outputs, stamp: string, make: Make<void>): Promise<void> {
  if (stampOf(outputs) === stamp) return;
  await makeStamped(outputs, async (...drafts) => {
    await make(...drafts);
    return stamp;
  });
}

/** The stamp with which `outputs` were made; undefined: one of them, or the stamp, is not there. */
export function stampOf(outputs: Outputs): string | undefined {
  if (!outputs.every((output) => existsSync(output))) return undefined;
  try {
    return readFileSync(stampFile(outputs), "utf8");
  } catch (error) {
    // Never made, or another process has just taken it away.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Makes `outputs`, for which `make` returns the stamp. */
export async function makeStamped(outputs: Outputs, make: Make<string>): Promise<void> {
  mkdirSync(dirname(outputs[0]), { recursive: true });
  const making = `${process.pid}-${++makings}`;
  const drafts = outputs.map((output) => draftOf(output, making));
  const stampDraft = draftOf(stampFile(outputs), making);
  try {
    writeFileSync(stampDraft, await make(...drafts));
    // An old stamp must not stand beside a new output, nor the other way round.
    rmSync(stampFile(outputs), { force: true });
    outputs.forEach((output, index) => renameSync(drafts[index]!, output));
    renameSync(stampDraft, stampFile(outputs));
  } finally {
    for (const draft of [...drafts, stampDraft]) rmSync(draft, { force: true });
  }
}

function stampFile(outputs: Outputs): string {
  return `${outputs[0]}.stamp`;
}

let makings = 0;

/** In the same folder; with the same extension, by which compilers go; alike for all files of a making, as some name one after another. */
function draftOf(file: string, making: string): string {
  return join(dirname(file), `.${making}-${basename(file)}`);
}
