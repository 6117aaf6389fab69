import type { Range } from "../support/map-table.ts";
import { TABLE_PLACES, type AcpiTables, type TableName, type Topology } from "./topology-kernel.ts";

/**
 * What tables say, worked out as plainly as can be: all of a table in one array, every node of every page asked for by itself. Shares
 * no code with kernel/numa/.
 */

const MOST_NODES = 16;
const MOST_CPUS = 64;
const MOST_RANGES = 128;
const PAGE = 4096n;
const RAM = new Set(
  ["free", "boot agent", "low memory", "handover tables", "bootinfo", "module", "kernel"].concat([
    "ACPI tables",
    "ACPI NVS",
    "runtime services",
  ]),
);

interface MemoryRange {
  readonly first: bigint;
  readonly end: bigint;
  readonly domain: number;
}

interface Cpu {
  readonly apicId: number;
  readonly state: number;
  domain?: number;
}

export class TopologyModel {
  readonly #ram: readonly Range[];
  readonly #tables: AcpiTables;
  readonly #oddities: Record<string, number> = {};
  readonly #cpus: Cpu[] = [{ apicId: 0, state: 1 }];
  #ranges: MemoryRange[] = [];
  #domains: number[] = [];
  #distances: number[][] = [[10]];
  #source: Topology["source"] = "none";

  /** `ranges` is the kernel's memory map, whose tests are elsewhere. */
  constructor(ranges: readonly Range[], tables: AcpiTables) {
    this.#ram = ranges.filter(({ kind }) => RAM.has(kind));
    this.#tables = tables;
    this.#listCpus();
    this.#readSrat();
    if (this.#source === "srat") this.#readSlit();
  }

  topology(): Topology {
    return {
      source: this.#source,
      domains: this.#domains,
      nodes: Math.max(this.#domains.length, 1),
      cpus: this.#cpus.map(({ apicId, state, domain }) => ({ apicId, state, node: Math.max(this.#nodeOf(domain), 0) })),
      distances: this.#distances,
      oddities: this.#oddities,
    };
  }

  /** The node of the page at an address. */
  nodeAt(address: bigint): number {
    const holding = this.#ranges.find(({ first, end }) => first <= address && address < end);
    const below = this.#ranges.filter(({ end }) => end <= address).sort((a, b) => Number(b.end - a.end));
    const above = this.#ranges.filter(({ first }) => first > address).sort((a, b) => Number(a.first - b.first));
    const range = holding ?? below[0] ?? above[0];
    return range === undefined ? 0 : this.#nodeOf(range.domain);
  }

  /** Addresses at which another node may begin. */
  borders(): bigint[] {
    return this.#ranges.flatMap(({ first, end }) => [first, end]);
  }

  #note(oddity: string): void {
    this.#oddities[oddity] = (this.#oddities[oddity] ?? 0) + 1;
  }

  #nodeOf(domain: number | undefined): number {
    return domain === undefined ? -1 : this.#domains.indexOf(domain);
  }

  #isRam(first: bigint, bytes: bigint): boolean {
    for (let at = first - (first % PAGE); at < first + bytes; at += PAGE) {
      if (!this.#ram.some((range) => range.first <= at && at <= range.last)) return false;
    }
    return true;
  }

  /** The table, with the zeros after it if it says that it is longer; undefined if it is not to be believed. */
  #open(name: TableName, signature: string, least: number): DataView | undefined {
    const bytes = this.#tables[name];
    if (bytes === undefined) return undefined;
    const place = Buffer.alloc(0x2_0000);
    place.set(bytes);
    const length = place.readUInt32LE(4);
    const text = place.toString("latin1", 0, 4);
    if (text !== signature || length < least || length > 2 ** 24) return this.#refuse("ACPI table damaged, ignored");
    if (!this.#isRam(TABLE_PLACES[name], BigInt(length))) return this.#refuse("ACPI table outside RAM, ignored");
    const table = place.subarray(0, length);
    if (table.reduce((sum, byte) => (sum + byte) & 0xff, 0) !== 0)
      return this.#refuse("ACPI table with a wrong checksum, ignored");
    return new DataView(table.buffer, table.byteOffset, length);
  }

  #refuse(oddity: string): undefined {
    this.#note(oddity);
    return undefined;
  }

  /** Entries that have the length of their type. */
  *#entries(table: DataView, at: number, lengths: Readonly<Record<number, number>>): Generator<[number, DataView]> {
    while (at < table.byteLength) {
      const room = table.byteLength - at;
      const length = room < 2 ? 0 : table.getUint8(at + 1);
      if (length < 2 || length > room) return this.#note("ACPI table cut short at an entry of impossible length");
      const type = table.getUint8(at);
      const wanted = lengths[type];
      if (wanted !== undefined && length < wanted) this.#note("ACPI entry too short for its type, ignored");
      else if (wanted !== undefined) yield [type, new DataView(table.buffer, table.byteOffset + at, length)];
      at += length;
    }
  }

  #listCpus(): void {
    const table = this.#open("madt", "APIC", 44);
    if (table === undefined) return;
    const listed: { apicId: number; state: number }[] = [];
    for (const [type, entry] of this.#entries(table, 44, { 0: 8, 9: 16 })) {
      const apicId = type === 0 ? entry.getUint8(3) : entry.getUint32(4, true);
      const state = entry.getUint32(type === 0 ? 4 : 8, true) & 3;
      if (state !== 0) listed.push({ apicId, state });
    }
    const boot = listed.findIndex(({ apicId }) => apicId === 0);
    if (boot < 0) this.#note("processor that booted, yet is not in the MADT");
    listed.forEach((cpu, index) => index === boot || this.#listCpu(cpu));
  }

  #listCpu(cpu: Cpu): void {
    if (this.#cpus.some(({ apicId }) => apicId === cpu.apicId)) this.#note("processor listed twice, the first counts");
    else if (this.#cpus.length === MOST_CPUS) this.#note("processor more than there is room for, left out");
    else this.#cpus.push(cpu);
  }

  #readSrat(): void {
    const table = this.#open("srat", "SRAT", 48);
    if (table === undefined) return;
    const mask = table.getUint8(8) < 2 ? 0xff : 0xffff_ffff;
    for (const [type, entry] of this.#entries(table, 48, { 0: 16, 1: 40, 2: 24 })) {
      const wide =
        type === 0
          ? entry.getUint8(2) | (entry.getUint32(8, true) & 0xffff_ff00)
          : entry.getUint32(type === 1 ? 2 : 4, true);
      const domain = (wide & mask) >>> 0;
      if ((entry.getUint32(type === 0 ? 4 : type === 1 ? 28 : 12, true) & 1) === 0) continue;
      if (type === 1) this.#addMemory(entry, domain);
      else this.#placeCpu(type === 0 ? entry.getUint8(3) : entry.getUint32(8, true), domain);
    }
    if (this.#ranges.length === 0) return this.#forgetNodes();
    this.#source = "srat";
    this.#nameNodes();
  }

  #forgetNodes(): void {
    this.#note("SRAT that names no RAM, ignored");
    for (const cpu of this.#cpus) delete cpu.domain;
  }

  #placeCpu(apicId: number, domain: number): void {
    const cpu = this.#cpus.find((one) => one.apicId === apicId);
    if (cpu === undefined) return;
    if (cpu.domain !== undefined && cpu.domain !== domain) this.#note("processor listed twice, the first counts");
    cpu.domain ??= domain;
  }

  #addMemory(entry: DataView, domain: number): void {
    const start = entry.getBigUint64(8, true);
    const stop = start + entry.getBigUint64(16, true);
    const [first, end] = [up(start), up(stop)];
    if (end >= 1n << 64n) return this.#note("range of the SRAT wrapping around 2^64, ignored");
    if (first !== start || end !== stop) this.#note("range of the SRAT not page-aligned");
    if (first >= end) return this.#note("range of the SRAT without a page, ignored");
    if (!this.#ram.some((ram) => ram.first < end && ram.last >= first)) {
      if ((entry.getUint32(28, true) & 6) === 0) this.#note("range of the SRAT without RAM, ignored");
    } else this.#addRange({ first, end, domain });
  }

  #addRange(range: MemoryRange): void {
    if (this.#ranges.length === MOST_RANGES)
      return this.#note("range of the SRAT more than there is room for, ignored");
    const others = this.#ranges.filter(({ domain }) => domain !== range.domain);
    const isOverlapping = others.some(({ first, end }) => first < range.end && range.first < end);
    if (isOverlapping) this.#note("range of the SRAT overlapping another node's, which counts");
    this.#ranges.push(range);
  }

  #nameNodes(): void {
    const named = this.#ranges.map(({ domain }) => domain);
    for (const { domain } of this.#cpus) if (domain !== undefined) named.push(domain);
    const all = [...new Set(named)].sort((a, b) => a - b);
    this.#domains = all.slice(0, MOST_NODES);
    if (all.length > MOST_NODES) this.#note("proximity domain more than there is room for, ignored");
    this.#ranges = this.#ranges.filter(({ domain }) => this.#domains.includes(domain));
    for (const { domain } of this.#cpus)
      if (this.#nodeOf(domain) < 0) this.#note("processor that the SRAT gives no node, so node 0");
    this.#countUnnamed();
    this.#distances = this.#domains.map((from) => this.#domains.map((to) => (from === to ? 10 : 20)));
  }

  /** Runs of RAM, cut at every border. */
  #countUnnamed(): void {
    for (const { first, last } of this.#ram) {
      const inside = this.borders().filter((border) => border > first && border <= last);
      for (const at of new Set([first, ...inside])) {
        const isNamed = this.#ranges.some((range) => range.first <= at && at < range.end);
        if (!isNamed) this.#note("run of RAM that the SRAT gives no node, so its neighbour's");
      }
    }
  }

  #readSlit(): void {
    const table = this.#open("slit", "SLIT", 44);
    if (table === undefined) return;
    const size = table.getBigUint64(36, true);
    if (size * size > BigInt(table.byteLength - 44)) return this.#note("SLIT too short for its localities, ignored");
    const side = Number(size);
    const entry = (from: number, to: number) => table.getUint8(44 + from * side + to);
    const known = this.#domains.filter((domain) => domain < side);
    for (let i = known.length; i < this.#domains.length; i++)
      this.#note("proximity domain that the SLIT does not know");
    known.forEach((from, row) =>
      known.forEach((to, column) => this.#addDistance(row, column, entry(from, to), entry(to, from))),
    );
  }

  #addDistance(from: number, to: number, there: number, back: number): void {
    if (from === to ? there !== 10 : there < 10) return this.#note("distance that cannot be, replaced");
    if (there === 255) this.#note("distance of no connection, used last");
    if (from < to && there !== back) this.#note("distance that is another on the way back");
    this.#distances[from]![to] = there;
  }
}

function up(address: bigint): bigint {
  return ((address + PAGE - 1n) / PAGE) * PAGE;
}
