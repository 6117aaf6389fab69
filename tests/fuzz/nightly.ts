import { randomBytes } from "node:crypto";
import { MACHINE_NAMES, type MachineName } from "../../cli/values.ts";
import { commandOf, failureOfCalls, FAMILIES, type Fuzz } from "./support/calls.ts";

/**
 * `npm run nightly:calls -- --share S`: system calls drawn anew, until so many were made, or one boot fails; each is said, so that it can be had
 * again. S of the whole budget; without it all.
 */
const BUDGET: Readonly<Record<MachineName, number>> = { embedded: 10_000_000, qemu: 1_000_000 };
/** Of one boot, by each of its families. */
const AT_ONCE: Readonly<Record<MachineName, number>> = { embedded: 50_000, qemu: 5_000 };
const CPU_COUNTS = [1, 2, 4] as const;
const TIMEOUT_SECONDS = 3600;

const share = shareOf(process.argv.slice(2));
for (const machine of MACHINE_NAMES) {
  if (process.exitCode === undefined) await spend(machine, BUDGET[machine] * share);
}

async function spend(machine: MachineName, budget: number): Promise<void> {
  let made = 0;
  for (let boot = 0; made < budget; boot++) {
    const fuzz = drawFuzz(machine, boot);
    process.stdout.write(`${commandOf(fuzz)}\n`);
    const failure = await failureOfCalls(fuzz, TIMEOUT_SECONDS);
    if (failure !== undefined) {
      process.stdout.write(`${failure}\n`);
      process.exitCode = 1;
      return;
    }
    made += FAMILIES * fuzz.calls;
  }
  process.stdout.write(`${machine}: at least ${made} calls, all answered as documented\n`);
}

function drawFuzz(machine: MachineName, boot: number): Fuzz {
  const cpus = CPU_COUNTS[boot % CPU_COUNTS.length]!;
  return { machine, cpus, seed: randomBytes(8).readBigUInt64LE(), calls: AT_ONCE[machine], turnMilliseconds: 1 };
}

function shareOf(args: readonly string[]): number {
  if (args.length === 0) return 1;
  const [flag, value] = args;
  const wanted = Number(value);
  if (flag !== "--share" || args.length !== 2 || !(wanted > 0))
    throw new Error("want: npm run nightly:calls -- --share S");
  return wanted;
}
