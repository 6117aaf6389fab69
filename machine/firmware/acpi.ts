import { nodeDistance, nodeOfCpu, type NodeMemory } from "../numa.ts";
import type { FirmwareFaults, GivenTables } from "./types.ts";

/** What the tables tell of. */
export interface AcpiContents {
  readonly cpus: number;
  readonly numaNodes: number;
  /** Empty with one node. */
  readonly memory: readonly NodeMemory[];
  /** In place of those made here. */
  readonly given: GivenTables;
  readonly badChecksum?: FirmwareFaults["badChecksum"];
}

/** ACPI tables as bytes for one place in memory: the RSDP first, then the others, each 16-byte aligned (ACPI 6.5 §5.2). */
export function buildAcpi(contents: AcpiContents, base: bigint): Uint8Array {
  const { cpus, numaNodes, given } = contents;
  const made = numaNodes > 1 ? { SRAT: srat(contents), SLIT: slit(numaNodes) } : {};
  const tables = Object.values<Uint8Array>({ APIC: madt(cpus), HPET: hpet(), ...made, ...given });
  const xsdtAt = base + BigInt(RSDP_BYTES);
  const firstAt = xsdtAt + BigInt(align16(HEADER_BYTES + tables.length * 8));
  const addresses = addressesOf(tables, firstAt);
  const parts = [rsdp(xsdtAt), xsdt(addresses), ...tables];
  if (contents.badChecksum !== undefined) damage(parts, contents.badChecksum);
  return concatenate(parts);
}

const HEADER_BYTES = 36;
/** RSDP of ACPI 2.0 and later, §5.2.5.3, padded. */
const RSDP_BYTES = 48;
const RSDP_LENGTH = 36;

function align16(length: number): number {
  return Math.ceil(length / 16) * 16;
}

function addressesOf(tables: readonly Uint8Array[], first: bigint): bigint[] {
  let at = first;
  return tables.map((table) => {
    const address = at;
    at += BigInt(align16(table.length));
    return address;
  });
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + align16(part.length), 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += align16(part.length);
  }
  return all;
}

function rsdp(xsdtAt: bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(RSDP_BYTES));
  putText(view, 0, "RSD PTR ");
  putText(view, 9, "NITROS");
  view.setUint8(15, 2);
  view.setUint32(20, RSDP_LENGTH, true);
  view.setBigUint64(24, xsdtAt, true);
  putChecksum(view, 8, 20);
  putChecksum(view, 32, RSDP_LENGTH);
  return bytesOf(view);
}

/** DESCRIPTION_HEADER, §5.2.6, around `body`. */
function table(signature: string, revision: number, body: Uint8Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + body.length));
  putText(view, 0, signature);
  view.setUint32(4, view.byteLength, true);
  view.setUint8(8, revision);
  putText(view, 10, "NITROSMODEL   ");
  putText(view, 28, "NITR");
  bytesOf(view).set(body, HEADER_BYTES);
  putChecksum(view, 9, view.byteLength);
  return bytesOf(view);
}

function xsdt(addresses: readonly bigint[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(addresses.length * 8));
  addresses.forEach((address, index) => view.setBigUint64(index * 8, address, true));
  return table("XSDT", 1, bytesOf(view));
}

/** §5.2.12: one local APIC a CPU (type 0, 8 bytes), one I/O APIC (type 1, 12 bytes). */
function madt(cpus: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 + cpus * 8 + 12));
  view.setUint32(0, 0xfee0_0000, true);
  view.setUint32(4, 1, true);
  for (let cpu = 0; cpu < cpus; cpu++) {
    const at = 8 + cpu * 8;
    view.setUint8(at + 1, 8);
    view.setUint8(at + 2, cpu);
    view.setUint8(at + 3, cpu);
    view.setUint32(at + 4, 1, true);
  }
  const ioApic = 8 + cpus * 8;
  view.setUint8(ioApic, 1);
  view.setUint8(ioApic + 1, 12);
  view.setUint32(ioApic + 4, 0xfec0_0000, true);
  return table("APIC", 3, bytesOf(view));
}

/** §5.2.16: local APIC affinity (type 0, 16 bytes) and memory affinity (type 1, 40 bytes). */
function srat({ cpus, numaNodes, memory }: AcpiContents): Uint8Array {
  const view = new DataView(new ArrayBuffer(12 + cpus * 16 + memory.length * 40));
  view.setUint32(0, 1, true);
  for (let cpu = 0; cpu < cpus; cpu++) putCpuAffinity(view, 12 + cpu * 16, cpu, nodeOfCpu(cpu, cpus, numaNodes));
  memory.forEach((share, index) => putMemoryAffinity(view, 12 + cpus * 16 + index * 40, share));
  return table("SRAT", 3, bytesOf(view));
}

function putCpuAffinity(view: DataView, at: number, cpu: number, node: number): void {
  view.setUint8(at + 1, 16);
  view.setUint8(at + 2, node);
  view.setUint8(at + 3, cpu);
  view.setUint32(at + 4, 1, true);
}

function putMemoryAffinity(view: DataView, at: number, { node, start, end }: NodeMemory): void {
  view.setUint8(at, 1);
  view.setUint8(at + 1, 40);
  view.setUint32(at + 2, node, true);
  view.setBigUint64(at + 8, start, true);
  view.setBigUint64(at + 16, end - start, true);
  view.setUint32(at + 28, 1, true);
}

/** §5.2.17. */
function slit(nodes: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 + nodes * nodes));
  view.setBigUint64(0, BigInt(nodes), true);
  for (let from = 0; from < nodes; from++) {
    for (let to = 0; to < nodes; to++) view.setUint8(8 + from * nodes + to, nodeDistance(from, to, nodes));
  }
  return table("SLIT", 1, bytesOf(view));
}

/** IA-PC HPET 1.0a, 3.2.4: the one that the model has (platform/embedded/model/devices/). */
function hpet(): Uint8Array {
  const view = new DataView(new ArrayBuffer(20));
  view.setUint32(0, 0x0000_2201, true);
  view.setUint8(5, 64);
  view.setBigUint64(8, 0xfed0_0000n, true);
  view.setUint16(17, 100, true);
  return table("HPET", 1, bytesOf(view));
}

function damage(parts: readonly Uint8Array[], signature: string): void {
  for (const part of parts) {
    const name = String.fromCharCode(...part.subarray(0, 4));
    const isWanted = name === signature || (signature === "RSDP" && name === "RSD ");
    if (isWanted) part[signature === "RSDP" ? 8 : 9]! ^= 0x55;
  }
}

function putText(view: DataView, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i));
}

/** Makes the first `length` bytes sum to zero, by the byte at `at`. */
function putChecksum(view: DataView, at: number, length: number): void {
  view.setUint8(at, 0);
  const sum = bytesOf(view)
    .subarray(0, length)
    .reduce((total, byte) => total + byte, 0);
  view.setUint8(at, -sum & 0xff);
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer);
}
