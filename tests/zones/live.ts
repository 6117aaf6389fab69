import { join } from "node:path";
import { decodeRecords, type TraceRecord } from "../../cli/records/decode.ts";
import type { MachineName } from "../../cli/values.ts";
import type { KernelExports } from "../../machine/embedded/exports.ts";
import { partsOf } from "../../machine/embedded/order.ts";
import { runMachine } from "../../machine/embedded/run.ts";
import { defaultFirmwareMap } from "../../machine/firmware/index.ts";
import { readTables, walkTables, type MappedRange } from "../../machine/qemu/tables.ts";
import { projectRoot } from "../../tools/build/assemblyscript.ts";
import { buildEmbeddedKernel, buildEmbeddedProgram } from "../../tools/build/embedded.ts";
import { buildLoaderWasm } from "../../tools/build/loader.ts";
import { lookAtLiveMachine, REQUEST } from "../metal/live-machine.ts";

/** It waits, while the other program runs. */
const MODULE = "tests/modules/programs/resident.ts";

/** All that a machine has mapped while a program runs, read from its tables from outside. */
export interface Live {
  readonly tables: readonly MappedRange[];
  readonly records: readonly TraceRecord[];
  readonly console: string;
}

export const lookAt: Readonly<Record<MachineName, () => Promise<Live>>> = {
  embedded: lookAtEmbedded,
  qemu: lookAtQemu,
};

async function lookAtQemu(): Promise<Live> {
  let tables: readonly MappedRange[] = [];
  let seen: readonly TraceRecord[] = [];
  const programs = [MODULE, "tests/metal/programs/spin.ts"];
  const { console } = await lookAtLiveMachine({ programs, ready: "| spinning\n" }, async ({ monitor, records }) => {
    await monitor.stop();
    tables = await readTables(monitor);
    seen = records;
    monitor.quit();
  });
  return { tables, records: seen, console };
}

const PAGE = 4096;
const ROOT = 0x000f_ffff_ffff_f000n;

/** The machine stands still while it says something: what it holds then is copied, and read afterwards. */
async function lookAtEmbedded(): Promise<Live> {
  let kernel: KernelExports | undefined;
  let held = Buffer.alloc(0);
  let root = 0n;
  let console = "";
  const records: Uint8Array[] = [];
  const observer = {
    console: (bytes: Uint8Array) => {
      console += Buffer.from(bytes).toString("utf8");
      if (held.length !== 0 || !console.includes("Hello from ring 3")) return;
      held = Buffer.from(kernel!.memory.buffer.slice(0));
      root = kernel!.readCr3() & ROOT;
    },
    records: (bytes: Uint8Array) => void records.push(bytes.slice()),
  };
  runMachine({ ...partsOf(await order(), observer), withKernel: (found) => (kernel = found) });
  const tables = await walkTables(root, "nx", (frame) => {
    const at = kernel!.ramAt(frame) >>> 0;
    return Promise.resolve(held.subarray(at, at + PAGE));
  });
  return { tables, records: decodeRecords(Buffer.concat(records)), console };
}

async function order() {
  const module = await buildEmbeddedProgram(join(projectRoot, MODULE));
  const image = await buildEmbeddedProgram(join(projectRoot, "user/programs/hello.ts"));
  const { wasm, elf } = await buildEmbeddedKernel();
  await buildLoaderWasm();
  const request = {
    ...REQUEST,
    programs: [
      { name: "resident", image: module },
      { name: "hello", image },
    ],
  };
  return { request, kernelWasm: wasm, kernelElf: elf, firmware: defaultFirmwareMap(request.memoryBytes) };
}
