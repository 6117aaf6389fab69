import { join } from "node:path";
import { ExitStatus } from "../cli/exit-status.ts";
import { decodeRecords, type TraceRecord } from "../cli/records/decode.ts";
import { Phase } from "../kernel/boot/phases.ts";
import type { BenchMachineName } from "../cli/values.ts";
import { RecordKind } from "../kernel/trace/records.ts";
import { bootEmbedded } from "../machine/embedded/index.ts";
import type { BootObserver, BootRequest, BootResult } from "../machine/machine.ts";
import { TICKS_AN_INSTRUCTION } from "../machine/qemu/command-line.ts";
import { bootQemu } from "../machine/qemu/index.ts";
import { projectRoot } from "../tools/build/assemblyscript.ts";
import { buildEmbeddedProgram } from "../tools/build/embedded.ts";
import { buildMetalProgram } from "../tools/build/metal.ts";
import { median } from "./numbers.ts";
import { benchRequest } from "./request.ts";
import type { BenchResult } from "./result.ts";

/**
 * `nitros bench boot`: what it costs until the first program could run ("ready": the end of phase tasks), and how that grows with
 * memory. On the embedded machine in milliseconds of this computer, in QEMU in guest instructions (-icount, where the
 * time-stamp counter counts instructions): those repeat, milliseconds do not.
 */
const GIB = 2 ** 30;
const SIZES: readonly { readonly name: string; readonly bytes: number }[] = [
  { name: "256M", bytes: GIB / 4 },
  { name: "1G", bytes: GIB },
  { name: "4G", bytes: 4 * GIB },
];
/** Odd, so that the median is one of them. */
const EMBEDDED_RUNS = 5;
const hello = join(projectRoot, "user/programs/hello.ts");

export async function benchBoot(machines: readonly BenchMachineName[]): Promise<BenchResult[]> {
  const found: BenchResult[] = [];
  if (machines.includes("embedded")) found.push(...(await benchEmbedded()));
  if (machines.includes("qemu")) found.push(...(await benchMetal()));
  return found;
}

/** What the embedded machine took to get ready: time of ours, and accesses of its own, which repeat. */
interface EmbeddedCost {
  readonly milliseconds: number;
  readonly accesses: number;
}

async function benchEmbedded(): Promise<BenchResult[]> {
  const programs = [{ name: "hello", image: await buildEmbeddedProgram(hello) }];
  // The first boot compiles what is not compiled yet.
  await embeddedCost(benchRequest(programs, GIB));
  const runs: EmbeddedCost[][] = SIZES.map(() => []);
  for (let run = 1; run <= EMBEDDED_RUNS; run++) {
    say(`embedded, run ${run} of ${EMBEDDED_RUNS}`);
    // Sizes take turns, so that what else this computer does falls on all of them.
    for (const [index, { bytes }] of SIZES.entries())
      runs[index]!.push(await embeddedCost(benchRequest(programs, bytes)));
  }
  const times = runs.map((costs) => median(costs.map(({ milliseconds }) => milliseconds)));
  const accesses = runs.map((costs) => median(costs.map((cost) => cost.accesses)));
  return [
    ...results("boot.ready", "embedded", "ms", times),
    ...results("boot.accesses", "embedded", "accesses", accesses),
  ];
}

async function embeddedCost(wanted: BootRequest): Promise<EmbeddedCost> {
  const started = performance.now();
  let cost: EmbeddedCost | undefined;
  const see = (records: TraceRecord[]) => {
    const accesses = phaseEnd(records, Phase.TASKS);
    if (accesses !== undefined) cost = { milliseconds: performance.now() - started, accesses: Number(accesses) };
  };
  const result = await bootEmbedded(wanted, watch(see), {});
  if (cost === undefined) throw new NeverReady(result);
  return cost;
}

async function benchMetal(): Promise<BenchResult[]> {
  const programs = [{ name: "hello", image: await buildMetalProgram(hello) }];
  const values: number[] = [];
  for (const { name, bytes } of SIZES) {
    say(`qemu, ${name}, counting instructions`);
    values.push(await instructionsToReady(benchRequest(programs, bytes)));
  }
  return results("boot.ready", "qemu", "instructions", values);
}

/** From the kernel's first record to the end of phase tasks: OVMF and the boot agent are not counted, the console's output is. */
async function instructionsToReady(wanted: BootRequest): Promise<number> {
  const all: TraceRecord[] = [];
  const result = await bootQemu(
    wanted,
    watch((records) => void all.push(...records)),
    {
      clocking: "by-instructions",
    },
  );
  const ready = phaseEnd(all, Phase.TASKS);
  const first = all[0];
  if (ready === undefined || first === undefined) throw new NeverReady(result);
  return Number(ready - first.time) / TICKS_AN_INSTRUCTION;
}

function watch(see: (records: TraceRecord[]) => void): BootObserver {
  return { console() {}, records: (bytes) => see(decodeRecords(bytes)) };
}

function phaseEnd(records: readonly TraceRecord[], phase: number): bigint | undefined {
  return records.find(({ kind, first }) => kind === RecordKind.PHASE && first === BigInt(phase))?.value;
}

/** A machine that is measured ended, or was ended, too early; with the status of that boot, unless that was well. */
class NeverReady extends Error {
  override readonly name = "NeverReady";
  readonly status: number;

  constructor({ status, message }: BootResult) {
    super(`the machine never got ready: status ${status}${message === undefined ? "" : `, ${message}`}`);
    this.status = status === 0 ? ExitStatus.PANIC : status;
  }
}

/** One value a size, the growth from the smallest to the largest size, per GiB, and its share of the smallest. */
function results(name: string, machine: string, unit: string, values: readonly number[]): BenchResult[] {
  const sized = values.map((value, index) => result(`${name}.${SIZES[index]!.name}`, machine, unit, value));
  const gibibytes = (SIZES.at(-1)!.bytes - SIZES[0]!.bytes) / GIB;
  const growth = (values.at(-1)! - values[0]!) / gibibytes;
  const ratio = growth / values[0]!;
  return [
    ...sized,
    result(`${name}.growth`, machine, `${unit}/GiB`, growth),
    result(`${name}.growth.ratio`, machine, `of ${SIZES[0]!.name} per GiB`, ratio),
  ];
}

function result(name: string, machine: string, unit: string, value: number): BenchResult {
  return { name, machine, unit, value, peers: {} };
}

function say(what: string): void {
  process.stderr.write(`measuring: ${what}…\n`);
}
