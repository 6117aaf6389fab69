import { randomBytes } from "node:crypto";
import { MACHINE_NAMES } from "../../cli/values.ts";
import { commandOf, failureUnderLoad, type Load } from "./support/load.ts";

/** `npm run nightly -- --minutes N`: loads drawn anew until the time is over, or one fails; each is said, so that it can be had again. */
const DEFAULT_MINUTES = 30;
const COUNTS = [2, 3, 4] as const;

const end = Date.now() + minutes(process.argv.slice(2)) * 60_000;
let done = 0;
while (Date.now() < end && process.exitCode === undefined) {
  const load = drawLoad(done);
  process.stdout.write(`${commandOf(load)}\n`);
  const failure = await failureUnderLoad(load);
  if (failure === undefined) done += 1;
  else fail(failure);
}
process.stdout.write(`${done} loads ended well\n`);

function minutes(args: readonly string[]): number {
  if (args.length === 0) return DEFAULT_MINUTES;
  const [flag, value] = args;
  const wanted = Number(value);
  if (flag !== "--minutes" || args.length !== 2 || !(wanted > 0))
    throw new Error("want: npm run nightly -- --minutes N");
  return wanted;
}

function drawLoad(turn: number): Load {
  const bytes = randomBytes(9);
  const cpus = COUNTS[bytes[8]! % COUNTS.length]!;
  return { machine: MACHINE_NAMES[turn % MACHINE_NAMES.length]!, cpus, seed: bytes.readBigUInt64LE() };
}

function fail(failure: string): void {
  process.stdout.write(`${failure}\n`);
  process.exitCode = 1;
}
