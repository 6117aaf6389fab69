import { readFileSync } from "node:fs";
import { MOST_PAGES } from "../kernel/cpu/flush-limit.ts";
import type { BenchMachineName } from "../cli/values.ts";
import { compileAssemblyScript } from "../tools/build/assemblyscript.ts";
import { hostImports } from "../tools/build/embedded.ts";
import type { BenchResult } from "./result.ts";

/**
 * `nitros bench tlb`: from how many pages on it is better to flush all. On the embedded machine: entries of page tables that are read again after either,
 * by how many pages are cached. What an INVLPG costs in such reads no model knows: what is printed is how much it may cost.
 */
const RAM_BASE = 0x10_0000n;
const RAM_BYTES = 0x400_0000n;
/** Of a first-level TLB, and of all that the model has. */
const CACHED = [64n, 128n, 256n, 512n];
const LAYOUTS = ["neighbours", "strangers"] as const;

type Layout = (typeof LAYOUTS)[number];
type Reads = (count: bigint, stride: bigint, gone: bigint) => bigint;
interface Refills {
  readonly ramDeclare: (base: bigint, bytes: bigint) => number;
  readonly prepare: (count: bigint, stride: bigint) => void;
  readonly readsAfterPages: Reads;
  readonly readsAfterAll: Reads;
  readonly neighbours: () => bigint;
  readonly strangers: () => bigint;
}

export async function benchTlb(machines: readonly BenchMachineName[]): Promise<BenchResult[]> {
  if (!machines.includes("embedded")) return [];
  process.stderr.write("measuring: embedded, refills of the TLB…\n");
  const module = new WebAssembly.Module(readFileSync(await compileRefills()));
  return LAYOUTS.flatMap((layout) => CACHED.flatMap((count) => measure(module, layout, count)));
}

function measure(module: WebAssembly.Module, layout: Layout, count: bigint): BenchResult[] {
  const refills = start(module);
  const stride = refills[layout]();
  const gone = BigInt(MOST_PAGES);
  refills.prepare(count, stride);
  const pages = Number(refills.readsAfterPages(count, stride, gone));
  const all = Number(refills.readsAfterAll(count, stride, gone));
  const result = (what: string, unit: string, value: number) => {
    return { name: `tlb.${what}.${layout}.${count}`, machine: "embedded", unit, value, peers: {} };
  };
  return [
    result("pages", `reads after ${gone} INVLPGs`, pages),
    result("all", "reads after flushing all", all),
    result("worth", "reads that an INVLPG may cost", (all - pages) / MOST_PAGES),
  ];
}

function compileRefills(): Promise<string> {
  return compileAssemblyScript({
    entry: "platform/bench/refills.ts",
    output: "bench/refills.wasm",
    paths: ["platform/embedded"],
    flags: ["--use", "abort=", "--enable", "bulk-memory"],
    allowedImports: hostImports(),
  });
}

/** A machine of its own for each measurement. */
function start(module: WebAssembly.Module): Refills {
  const host: Record<string, WebAssembly.ImportValue> = {};
  for (const { name } of WebAssembly.Module.imports(module)) {
    host[name] = (...values: unknown[]) => {
      throw new Error(`the bench calls host.${name}(${values.join(", ")}): something is wrong with it`);
    };
  }
  const refills = new WebAssembly.Instance(module, { host }).exports as unknown as Refills;
  if (refills.ramDeclare(RAM_BASE, RAM_BYTES) !== 1) throw new Error("RAM is refused");
  return refills;
}
