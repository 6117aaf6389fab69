import assert from "node:assert/strict";
import { before, test } from "node:test";
import {
  type BootAgentOptions,
  defaultFirmwareMap,
  type FirmwareMap,
  MemoryType,
} from "../../machine/firmware/index.ts";
import { buildLoaderWasm } from "../../tools/build/loader.ts";
import { boot, MEGABYTE } from "./support/boot.ts";
import { type Bootinfo, readBootinfo } from "./support/bootinfo.ts";
import type { TestRam } from "./support/ram.ts";

before(async () => {
  await buildLoaderWasm();
});

interface Found {
  readonly ram: TestRam;
  readonly info: Bootinfo;
  readonly lines: readonly string[];
}

function found(options: BootAgentOptions, map?: FirmwareMap): Found {
  const { ram, handover, lines } = boot(map === undefined ? { options } : { options, map });
  return { ram, info: readBootinfo(ram, handover.bootinfo), lines };
}

function signature(ram: TestRam, at: bigint): string {
  return new TextDecoder().decode(ram.bytes(at, 4));
}

function sum(ram: TestRam, at: bigint): number {
  return ram.bytes(at, ram.load32(at + 4n)).reduce((total, byte) => total + byte, 0) & 0xff;
}

test("one node: RSDP, MADT and HPET, each where it says", () => {
  const { ram, info } = found({ cpus: 3 });
  assert.equal(new TextDecoder().decode(ram.bytes(info.rsdp, 8)), "RSD PTR ");
  assert.equal(signature(ram, info.madt), "APIC");
  assert.equal(sum(ram, info.madt), 0);
  // Header, 8 bytes, three local APICs of 8, an I/O APIC of 12.
  assert.equal(ram.load32(info.madt + 4n), 36 + 8 + 3 * 8 + 12);
  assert.equal(signature(ram, info.hpet), "HPET");
  assert.deepEqual([sum(ram, info.hpet), ram.load32(info.hpet + 4n)], [0, 56]);
  assert.deepEqual([info.srat, info.slit], [0n, 0n]);
});

test("several nodes: SRAT and SLIT; the SRAT's shares are all of RAM", () => {
  const map = defaultFirmwareMap(4096 * MEGABYTE);
  const { ram, info } = found({ cpus: 4, numaNodes: 3 }, map);
  assert.deepEqual([signature(ram, info.srat), signature(ram, info.slit)], ["SRAT", "SLIT"]);
  assert.deepEqual([sum(ram, info.srat), sum(ram, info.slit)], [0, 0]);
  assert.deepEqual([...ram.bytes(info.slit + 36n, 8)], [3, 0, 0, 0, 0, 0, 0, 0]);
  const shares = new Map<number, bigint>();
  // A memory affinity entry's words are not aligned for their size: 48 + 4 * 16 + 40 * n.
  for (
    let at = info.srat + 48n;
    at < info.srat + BigInt(ram.load32(info.srat + 4n));
    at += BigInt(ram.load8(at + 1n))
  ) {
    if (ram.load8(at) !== 1) continue;
    const entry = new DataView(ram.bytes(at, 40).buffer);
    const node = entry.getUint32(2, true);
    shares.set(node, (shares.get(node) ?? 0n) + entry.getBigUint64(16, true));
  }
  assert.deepEqual([...shares.keys()].sort(), [0, 1, 2]);
  const total = [...shares.values()].reduce((all, one) => all + one, 0n);
  assert.equal(total, BigInt(4096 * MEGABYTE - 0x6_0000));
});

test("damaged tables are left out, and said to be", () => {
  const cases = {
    RSDP: ["rsdp", "madt", "srat", "slit", "hpet"],
    XSDT: ["madt", "srat", "slit", "hpet"],
    APIC: ["madt"],
    SRAT: ["srat"],
    SLIT: ["slit"],
    HPET: ["hpet"],
  } as const;
  for (const [badChecksum, absent] of Object.entries(cases)) {
    const faults = { badChecksum: badChecksum as keyof typeof cases };
    const { info, lines } = found({ numaNodes: 2, faults });
    for (const name of ["rsdp", "madt", "srat", "slit", "hpet"] as const) {
      assert.equal(info[name] === 0n, (absent as readonly string[]).includes(name), `${badChecksum}: ${name}`);
    }
    assert.ok(
      lines.some((line) => line.startsWith("boot agent: ignoring")),
      lines.join("\n"),
    );
  }
});

test("no tables, or no place for them in the map: none", () => {
  assert.equal(found({ faults: { withoutAcpi: true } }).info.rsdp, 0n);
  const { stride, descriptors } = defaultFirmwareMap(128 * MEGABYTE);
  const map = { stride, descriptors: descriptors.filter(({ type }) => type !== MemoryType.ACPI_RECLAIM) };
  const { info, lines } = found({}, map);
  assert.equal(info.rsdp, 0n);
  assert.ok(lines.includes("boot agent: no ACPI tables"));
});
