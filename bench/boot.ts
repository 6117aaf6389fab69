import { join } from "node:path";
import { decodeRecords, type TraceRecord } from "../cli/records/decode.ts";
import { Phase } from "../kernel/boot/phases.ts";
import { RecordKind } from "../kernel/trace/records.ts";
import { bootEmbedded } from "../machine/embedded/index.ts";
import type { BootObserver, BootRequest, BootResult, Program } from "../machine/machine.ts";
import { bootQemu } from "../machine/qemu/index.ts";
import { projectRoot } from "../tools/build/assemblyscript.ts";
import { buildEmbeddedProgram } from "../tools/build/embedded.ts";
import { buildMetalProgram } from "../tools/build/metal.ts";
import type { BenchResult } from "./index.ts";

/**
 * `nitros bench boot`: what it costs until the first program could run ("ready": the end of phase tasks), and how that grows with
 * memory. On the embedded machine in milliseconds of this computer, in QEMU in guest instructions (-icount shift=0, where the
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

export async function benchBoot(): Promise<BenchResult[]> {
  return [...(await benchEmbedded()), ...(await benchMetal())];
}

async function benchEmbedded(): Promise<BenchResult[]> {
  const programs = [{ name: "hello", image: await buildEmbeddedProgram(hello) }];
  // The first boot compiles what is not compiled yet.
  await millisecondsToReady(request(programs, GIB));
  const values: number[] = [];
  for (const { name, bytes } of SIZES) {
    say(`embedded, ${name}, ${EMBEDDED_RUNS} boots`);
    const runs: number[] = [];
    for (let run = 0; run < EMBEDDED_RUNS; run++) runs.push(await millisecondsToReady(request(programs, bytes)));
    values.push(median(runs));
  }
  return results("embedded", "ms", values);
}

async function millisecondsToReady(wanted: BootRequest): Promise<number> {
  const started = performance.now();
  let ready: number | undefined;
  const result = await bootEmbedded(
    wanted,
    watch((records) => {
      if (phaseEnd(records, Phase.TASKS) !== undefined) ready = performance.now();
    }),
    {},
  );
  if (ready === undefined) throw notReady(result);
  return ready - started;
}

async function benchMetal(): Promise<BenchResult[]> {
  const programs = [{ name: "hello", image: await buildMetalProgram(hello) }];
  const values: number[] = [];
  for (const { name, bytes } of SIZES) {
    say(`qemu, ${name}, counting instructions`);
    values.push(await instructionsToReady(request(programs, bytes)));
  }
  return results("qemu", "instructions", values);
}

/** From the kernel's first record to the end of phase tasks: OVMF and the boot agent are not counted, the console's output is. */
async function instructionsToReady(wanted: BootRequest): Promise<number> {
  const all: TraceRecord[] = [];
  const result = await bootQemu(
    wanted,
    watch((records) => void all.push(...records)),
    {
      clocking: "one-nanosecond-an-instruction",
    },
  );
  const ready = phaseEnd(all, Phase.TASKS);
  const first = all[0];
  if (ready === undefined || first === undefined) throw notReady(result);
  return Number(ready - first.time);
}

function watch(see: (records: TraceRecord[]) => void): BootObserver {
  return { console() {}, records: (bytes) => see(decodeRecords(bytes)) };
}

function phaseEnd(records: readonly TraceRecord[], phase: number): bigint | undefined {
  return records.find(({ kind, first }) => kind === RecordKind.PHASE && first === BigInt(phase))?.value;
}

function notReady({ status, message }: BootResult): Error {
  return new Error(`the machine never got ready: status ${status}${message === undefined ? "" : `, ${message}`}`);
}

/** One value a size, the growth from the smallest to the largest size, per GiB, and its share of the smallest. */
function results(machine: string, unit: string, values: readonly number[]): BenchResult[] {
  const sized = values.map((value, index) => result(`boot.ready.${SIZES[index]!.name}`, machine, unit, value));
  const gibibytes = (SIZES.at(-1)!.bytes - SIZES[0]!.bytes) / GIB;
  const growth = (values.at(-1)! - values[0]!) / gibibytes;
  const ratio = growth / values[0]!;
  return [
    ...sized,
    result("boot.growth", machine, `${unit}/GiB`, growth),
    result("boot.growth.ratio", machine, `of ${SIZES[0]!.name} per GiB`, ratio),
  ];
}

function result(name: string, machine: string, unit: string, value: number): BenchResult {
  return { name, machine, unit, value, peers: {} };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function request(programs: readonly Program[], memoryBytes: number): BootRequest {
  return {
    programs,
    memoryBytes,
    cpus: 1,
    numaNodes: 1,
    seed: 1n,
    aslr: true,
    colour: false,
    trace: false,
    without: [],
    crash: undefined,
    timeoutSeconds: 300,
  };
}

function say(what: string): void {
  process.stderr.write(`measuring: ${what}…\n`);
}
