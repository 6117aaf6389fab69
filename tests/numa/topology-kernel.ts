import { ODDITY_COUNT } from "../../kernel/numa/oddity.ts";
import { BootinfoAt } from "../../kernel/bootinfo/layout.ts";
import { compileKernelPart, startKernelPart } from "../support/kernel-module.ts";
import { readRanges, type Range } from "../support/map-table.ts";
import { AGENT, ARENA, ARENA_BYTES, MemoryKernel, type Descriptor, type Patch } from "../support/memory-kernel.ts";

/** A kernel that reads ACPI tables, put into the boot agent's memory. */

export interface AcpiTables {
  readonly madt?: Uint8Array;
  readonly srat?: Uint8Array;
  readonly slit?: Uint8Array;
}

/** Where the tables lie: 128 KiB for each, zero after its end, not aligned as firmware would. */
export const TABLE_PLACES = {
  madt: ARENA + 0x44_0001n,
  srat: ARENA + 0x46_0003n,
  slit: ARENA + 0x48_0007n,
} as const;
export type TableName = keyof typeof TABLE_PLACES;
export const TABLE_NAMES = Object.keys(TABLE_PLACES) as TableName[];

export interface Topology {
  readonly source: "none" | "srat" | "guessed";
  readonly domains: readonly number[];
  readonly nodes: number;
  readonly cpus: readonly { readonly apicId: number; readonly state: number; readonly node: number }[];
  readonly distances: readonly (readonly number[])[];
  /** Counts of what was odd, by its text; what did not happen is left out. */
  readonly oddities: Readonly<Record<string, number>>;
}

const compiled = await compileKernelPart({ entry: "tests/numa/entry.ts", platform: "embedded" });

export class TopologyKernel extends MemoryKernel {
  /** Reads a memory map of the agent's memory and `descriptors`, then the tables. `places` may name others than where they are. */
  constructor(descriptors: readonly Descriptor[], tables: AcpiTables, places: Partial<Record<TableName, bigint>> = {}) {
    super([{ first: ARENA, bytes: ARENA_BYTES }], startKernelPart(compiled));
    const patches: Patch[] = [];
    for (const name of TABLE_NAMES) {
      const table = tables[name];
      if (table !== undefined)
        table.forEach((byte, at) => this.call("physStore8", TABLE_PLACES[name] + BigInt(at), byte));
      const place = places[name] ?? (table === undefined ? 0n : TABLE_PLACES[name]);
      patches.push({ at: BootinfoAt[name], bytes: 8, value: place });
    }
    const block = this.handOver({ descriptors: [AGENT, ...descriptors] }, patches);
    for (const step of [() => this.call("checkBootinfo", block), () => this.call("readMemoryMap")]) {
      const error = step();
      if (error !== 0) throw new Error(`the test's own memory map was refused: ${error}`);
    }
    this.call("readTopology");
  }

  ranges(): Range[] {
    return readRanges(this);
  }

  topology(): Topology {
    const nodes = this.call("nodeCount");
    const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
    return {
      source: (["none", "srat", "guessed"] as const)[this.call("topologySource")]!,
      domains: numbers(this.call("domainCount")).map((node) => this.call("domainOf", node)),
      nodes,
      cpus: numbers(this.call("cpuCount")).map((cpu) => ({
        apicId: this.call("cpuApicId", cpu),
        state: this.call("cpuState", cpu),
        node: this.call("cpuNode", cpu),
      })),
      distances: numbers(nodes).map((from) => numbers(nodes).map((to) => this.call("nodeDistance", from, to))),
      oddities: this.#oddities(),
    };
  }

  #oddities(): Record<string, number> {
    const found: Record<string, number> = {};
    for (let kind = 0; kind < ODDITY_COUNT; kind++) {
      const count = this.call("oddityCount", kind);
      if (count !== 0) found[this.text("oddityText", kind)] = count;
    }
    return found;
  }
}
