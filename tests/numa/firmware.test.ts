import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { BootDocument } from "../../cli/records/document.ts";
import { nitros } from "../support/command.ts";
import { temporaryFolder } from "../support/folder.ts";
import * as acpi from "./tables.ts";

/** Whole boots of the embedded machine with a firmware map that has ACPI tables, or has none. */

const GIB = 1n << 30n;
const folder = temporaryFolder({});

/** Two sockets: 128 MiB each, the second from 40 GiB on. */
const SOCKETS = [
  { type: "acpi-reclaim", start: "0x1000", pages: 16 },
  { type: "boot-services-data", start: "0x11000", pages: 64 },
  { type: "conventional", start: "0x1000000", pages: 32768 },
  { type: "conventional", start: "0x100000000", pages: 256 },
  { type: "conventional", start: "0xa00000000", pages: 32768 },
];
const SRAT = [
  acpi.memoryAffinity(8, 0n, 5n * GIB),
  acpi.memoryAffinity(3, 40n * GIB, GIB),
  acpi.cpuAffinity(0, 3),
  acpi.cpuAffinity(1, 8),
];
const MADT = acpi.madt(acpi.localApic(1), acpi.localApic(0));

interface Wishes {
  readonly tables?: Readonly<Record<string, Uint8Array>>;
  readonly descriptors?: readonly object[];
  readonly flags?: readonly string[];
}

async function boot({ tables, descriptors = SOCKETS, flags = [] }: Wishes): Promise<BootDocument> {
  const encoded = Object.entries(tables ?? {}).map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]);
  const file = { schema: "nitros-firmware-map", version: 1, descriptors, tables: Object.fromEntries(encoded) };
  if (tables === undefined) Reflect.deleteProperty(file, "tables");
  const path = join(folder, "map.json");
  writeFileSync(path, JSON.stringify(file));
  const { stdout, stderr } = await nitros(["boot", "hello", "--json", "--firmware", path, ...flags]);
  assert.notEqual(stdout, "", stderr);
  return JSON.parse(stdout) as BootDocument;
}

describe("a firmware map", () => {
  test("with MADT, SRAT and SLIT: log and document say what they say", async () => {
    const rows = Array.from({ length: 9 }, (_, from) => Array.from({ length: 9 }, (_, to) => (from === to ? 10 : 21)));
    const { status, numa, console } = await boot({
      tables: { APIC: MADT, SRAT: acpi.srat(SRAT), SLIT: acpi.slit(rows) },
    });
    assert.equal(status, 0, console);
    assert.equal(numa!.source, "srat");
    const nodes = numa!.nodes.map(({ domain, cpus, frames }) => [domain, cpus, Number(frames)]);
    assert.deepEqual(nodes, [
      [3, [0], 32768],
      [8, [1], 32768 + 16 + 64 + 256],
    ]);
    assert.deepEqual(numa!.distances, [
      [10, 21],
      [21, 10],
    ]);
    assert.deepEqual(numa!.oddities, []);
    assert.match(console, /node 0 +32768 frames \(128 MiB\), CPU 0\n +p0x0a00000000 – p0x0a07ffffff\n/);
    assert.match(console, /from node 1 +21 +10\n/);
  });

  test("with odd tables boots all the same, and the log says what was odd", async () => {
    const entries = [...SRAT, acpi.memoryAffinity(1, 4n * GIB, GIB), acpi.memoryAffinity(9, 80n * GIB, GIB)];
    const { status, numa, console } = await boot({ tables: { SRAT: acpi.srat(entries), SLIT: acpi.slit([[10]]) } });
    assert.equal(status, 0, console);
    const found = numa!.oddities.map(({ oddity, count }) => [oddity, count]);
    assert.deepEqual(found, [
      ["range-overlap", 1],
      ["range-without-ram", 1],
      ["domain-without-distances", 3],
    ]);
    assert.match(console, /note: 1 × range of the SRAT without RAM, ignored: 0x1400000000\n/);
    assert.match(console, /note: 3 × proximity domain that the SLIT does not know: the first 0x1\n/);
  });

  test("with a SRAT whose checksum is wrong, and large holes: nodes are guessed, and said to be", async () => {
    const srat = acpi.srat(SRAT);
    srat[9]! ^= 0xff;
    const { status, numa, console } = await boot({ tables: { SRAT: srat } });
    assert.equal(status, 0, console);
    assert.deepEqual([numa!.source, numa!.nodes.length, numa!.distances], ["guessed", 2, null]);
    assert.match(console, /nodes +2, guessed from large holes in the memory map \(experimental\)/);
  });

  test("shares its RAM out with --numa, unless it has a SRAT or no place for one", async () => {
    const shared = await boot({ flags: ["--numa", "3"] });
    const frames = shared.numa!.nodes.map((node) => Number(node.frames));
    // 257.3 MiB: 85, 85 and the rest.
    assert.deepEqual(frames, [85 * 256, 85 * 256, 65536 + 256 + 80 - 170 * 256]);
    const refused = await boot({ tables: { SRAT: acpi.srat(SRAT) }, flags: ["--numa", "2"] });
    assert.deepEqual([refused.status, refused.message], [64, "2 nodes: the firmware map has a SRAT of its own"]);
    const placeless = await boot({ descriptors: SOCKETS.slice(1), flags: ["--numa", "2"] });
    assert.equal(placeless.status, 64);
    assert.match(placeless.message!, /ACPI tables take \d+ bytes; the firmware map has no acpi-reclaim memory/);
    const crowded = await boot({ flags: ["--numa", "16", "--timeout", "60"] });
    assert.equal(crowded.status, 0, crowded.message ?? "");
  });
});
