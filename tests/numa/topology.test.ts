import assert from "node:assert/strict";
import { test } from "node:test";
import { ARENA, ARENA_BYTES, descriptor, EfiType, GIB } from "../support/memory-kernel.ts";
import * as acpi from "./tables.ts";
import { TopologyKernel, type AcpiTables, type Topology } from "./topology-kernel.ts";

/** SRAT, SLIT and MADT by example: what each says, and what becomes of firmware that says it wrongly. */

const free = (start: bigint, bytes: bigint) => descriptor(EfiType.CONVENTIONAL, start, bytes);
/** 1 GiB below 4 GiB, 1 GiB above. The agent's memory lies in the first. */
const MAP = [free(0n, ARENA), free(ARENA + ARENA_BYTES, GIB - ARENA - ARENA_BYTES), free(4n * GIB, GIB)];
const LOW = acpi.memoryAffinity(0, 0n, GIB);
const HIGH = acpi.memoryAffinity(1, 4n * GIB, GIB);

function read(tables: AcpiTables): Topology {
  return new TopologyKernel(MAP, tables).topology();
}

test("no tables: one node, one processor, nothing odd", () => {
  const cpus = [{ apicId: 0, state: 1, node: 0 }];
  assert.deepEqual(read({}), { source: "none", domains: [], nodes: 1, cpus, distances: [[10]], oddities: {} });
});

test("two sockets: nodes, processors and distances as the tables have them", () => {
  const kernel = new TopologyKernel(MAP, {
    madt: acpi.madt(acpi.localApic(0), acpi.localApic(1, acpi.Flag.ONLINE_CAPABLE), acpi.localX2Apic(0x1_0000)),
    srat: acpi.srat([LOW, HIGH, acpi.cpuAffinity(0, 0), acpi.cpuAffinity(1, 0), acpi.x2ApicAffinity(0x1_0000, 1)]),
    slit: acpi.slit([
      [10, 21],
      [31, 10],
    ]),
  });
  assert.deepEqual(kernel.topology(), {
    source: "srat",
    domains: [0, 1],
    nodes: 2,
    cpus: [
      { apicId: 0, state: 1, node: 0 },
      { apicId: 1, state: 2, node: 0 },
      { apicId: 0x1_0000, state: 1, node: 1 },
    ],
    distances: [
      [10, 21],
      [31, 10],
    ],
    oddities: { "distance that is another on the way back": 1 },
  });
  assert.equal(kernel.call("nodeAt", GIB - 1n), 0);
  assert.equal(kernel.call("nodeAt", 4n * GIB), 1);
});

/** RAM from `first` on, named by nobody else. */
const SOUND = acpi.srat([LOW, HIGH]);
const NO_NODE = "processor that the SRAT gives no node, so node 0";

function oddities(tables: AcpiTables): Readonly<Record<string, number>> {
  const { [NO_NODE]: ignored, ...rest } = read(tables).oddities;
  return rest;
}

test("a table with a wrong checksum, signature or length, or outside RAM, is ignored", () => {
  const wrongSum = Uint8Array.from(SOUND);
  wrongSum[9]! ^= 1;
  assert.deepEqual(oddities({ srat: wrongSum }), { "ACPI table with a wrong checksum, ignored": 1 });
  assert.deepEqual(oddities({ srat: acpi.slit([[10]]) }), { "ACPI table damaged, ignored": 1 });
  const tooShort = acpi.tableBytes({ signature: "SRAT", body: new Uint8Array(11) });
  assert.deepEqual(oddities({ srat: tooShort }), { "ACPI table damaged, ignored": 1 });
  const nowhere = { "ACPI table outside RAM, ignored": 1 };
  for (const place of [2n * GIB, 5n * GIB - 1n, (1n << 64n) - 4n]) {
    const topology = new TopologyKernel(MAP, {}, { srat: place }).topology();
    assert.deepEqual([topology.source, topology.oddities], ["none", nowhere]);
  }
});

test("an entry of length 0, 1 or beyond the end is the last that is read", () => {
  for (const length of [0, 1, 41, 255]) {
    const broken = acpi.memoryAffinity(1, 4n * GIB, GIB);
    broken[1] = length;
    const topology = read({ srat: acpi.srat([LOW, broken]) });
    assert.deepEqual(topology.domains, [0], `${length}`);
    assert.equal(topology.oddities["ACPI table cut short at an entry of impossible length"], 1);
  }
});

test("an entry shorter than its type is skipped, a longer one read", () => {
  const short = acpi.structure(8, [0, 1, 1], [1, 1, 8]);
  const long = Buffer.concat([HIGH, new Uint8Array(8)]);
  long[1] = 48;
  const topology = read({ srat: acpi.srat([short, LOW, long]) });
  assert.deepEqual(topology.domains, [0, 1]);
  assert.equal(topology.oddities["ACPI entry too short for its type, ignored"], 1);
});

test("domains are sparse numbers, nodes are dense; of more than sixteen the lowest stay", () => {
  const wide = [0xffff_ffff, 7, 0x1234_5678].map((domain, index) =>
    acpi.memoryAffinity(domain, 4n * GIB + BigInt(index) * (GIB / 4n), GIB / 4n),
  );
  assert.deepEqual(read({ srat: acpi.srat([LOW, ...wide]) }).domains, [0, 7, 0x1234_5678, 0xffff_ffff]);
  const many = Array.from({ length: 20 }, (_, index) =>
    acpi.memoryAffinity(40 - index, 4n * GIB + BigInt(index) * (GIB / 32n), GIB / 32n),
  );
  const topology = read({ srat: acpi.srat(many) });
  assert.deepEqual(
    topology.domains,
    Array.from({ length: 16 }, (_, index) => 21 + index),
  );
  assert.equal(topology.oddities["proximity domain more than there is room for, ignored"], 4);
});

test("revision 1 has domains of 8 bits, whatever the rest says", () => {
  const srat = acpi.srat([LOW, acpi.memoryAffinity(0xabcd_ef01, 4n * GIB, GIB), acpi.cpuAffinity(0, 0x5501)], 1);
  const { domains, cpus } = read({ srat });
  assert.deepEqual([domains, cpus[0]!.node], [[0, 1], 1]);
});

test("a domain with processors alone is a node; one with hot-pluggable memory alone is none", () => {
  const hot = acpi.memoryAffinity(2, 64n * GIB, GIB, acpi.Flag.ENABLED | acpi.Flag.HOT_PLUGGABLE);
  const topology = read({ srat: acpi.srat([LOW, HIGH, hot, acpi.cpuAffinity(0, 5)]) });
  assert.deepEqual([topology.domains, topology.cpus[0]!.node, topology.oddities], [[0, 1, 5], 2, {}]);
});

test("ranges: the first of two that overlap counts, and RAM without one goes to its neighbour", () => {
  const kernel = new TopologyKernel(MAP, {
    srat: acpi.srat([acpi.memoryAffinity(1, GIB / 4n, GIB / 4n), acpi.memoryAffinity(0, 0n, GIB / 2n)]),
  });
  const nodes = [0n, GIB / 4n, GIB / 2n - 1n, GIB / 2n, 4n * GIB].map((at) => kernel.call("nodeAt", at));
  assert.deepEqual(nodes, [0, 1, 1, 1, 1]);
  const found = kernel.topology().oddities;
  assert.equal(found["range of the SRAT overlapping another node's, which counts"], 1);
  // Half of the RAM below 4 GiB, and all above.
  assert.equal(found["run of RAM that the SRAT gives no node, so its neighbour's"], 2);
});

test("ranges that wrap, hold no page or no RAM are ignored; a SRAT of such alone, too", () => {
  const bad: [range: Uint8Array, says: string][] = [
    [acpi.memoryAffinity(1, (1n << 64n) - 4096n, 8192n), "range of the SRAT wrapping around 2^64, ignored"],
    [acpi.memoryAffinity(1, GIB, 0n), "range of the SRAT without a page, ignored"],
    [acpi.memoryAffinity(1, 2n * GIB, GIB), "range of the SRAT without RAM, ignored"],
  ];
  for (const [range, says] of bad) {
    assert.deepEqual(oddities({ srat: acpi.srat([LOW, HIGH, range]) }), { [says]: 1 });
    const alone = read({ srat: acpi.srat([range]) });
    assert.deepEqual([alone.source, alone.nodes], ["none", 1]);
    assert.deepEqual(alone.oddities, { [says]: 1, "SRAT that names no RAM, ignored": 1 });
  }
});

test("more processors and ranges than there is room for are left out", () => {
  const cpus = Array.from({ length: 70 }, (_, id) => acpi.localApic(id));
  const topology = read({ madt: acpi.madt(...cpus) });
  assert.equal(topology.cpus.length, 64);
  assert.equal(topology.oddities["processor more than there is room for, left out"], 6);
  const ranges = Array.from({ length: 130 }, (_, index) => acpi.memoryAffinity(0, BigInt(index) * 4096n, 4096n));
  const found = oddities({ srat: acpi.srat(ranges) });
  assert.equal(found["range of the SRAT more than there is room for, ignored"], 2);
});

test("processors: the one that booted is first, wherever it is listed; the unusable are not listed", () => {
  const ids = (tables: AcpiTables) => read(tables).cpus.map(({ apicId }) => apicId);
  const madt = acpi.madt(acpi.localApic(4), acpi.localApic(9, 0), acpi.localApic(0), acpi.localX2Apic(4));
  assert.deepEqual(ids({ madt }), [0, 4]);
  assert.deepEqual(oddities({ madt }), { "processor listed twice, the first counts": 1 });
  const unlisted = { madt: acpi.madt(acpi.localApic(1)) };
  assert.deepEqual(ids(unlisted), [0, 1]);
  assert.deepEqual(oddities(unlisted), { "processor that booted, yet is not in the MADT": 1 });
});

test("distances that cannot be, or are not there, are 20", () => {
  const distances = (slit: Uint8Array) => read({ srat: SOUND, slit }).distances;
  const plain = [
    [10, 20],
    [20, 10],
  ];
  assert.deepEqual(distances(acpi.slit([[10]])), plain);
  assert.deepEqual(distances(acpi.slit([[10, 21], [21, 10]], 1n << 40n)), plain); // prettier-ignore
  assert.deepEqual(distances(acpi.slit([[10, 21], [21, 10]], 3n)), plain); // prettier-ignore
  assert.deepEqual(distances(acpi.slit([[12, 9], [0, 0]])), plain); // prettier-ignore
  assert.deepEqual(distances(acpi.slit([[10, 255], [21, 10]])), [[10, 255], [21, 10]]); // prettier-ignore
});

test("without a SRAT, a hole of 16 GiB above the first RAM above 4 GiB separates guessed nodes", () => {
  const guess = (...others: [at: bigint, bytes: bigint][]) => {
    const map = [free(0n, ARENA), ...others.map(([at, bytes]) => free(at * GIB, bytes * GIB))];
    const kernel = new TopologyKernel(map, {});
    const { source, nodes } = kernel.topology();
    return [source, nodes, ...others.map(([at]) => kernel.call("nodeAt", at * GIB))];
  };
  // A PC; one with all its RAM above 4 GiB; AMD's hole below 1 TiB.
  assert.deepEqual(guess([4n, 12n]), ["none", 1, 0]);
  assert.deepEqual(guess([64n, 12n]), ["none", 1, 0]);
  assert.deepEqual(guess([4n, 64n], [80n, 2n]), ["none", 1, 0, 0]);
  // Sockets.
  assert.deepEqual(guess([4n, 12n], [128n, 16n], [256n, 16n]), ["guessed", 3, 0, 1, 2]);
  assert.deepEqual(guess([1n, 1n], [64n, 1n], [81n, 1n]), ["guessed", 2, 0, 0, 1]);
  const many = Array.from({ length: 20 }, (_, at): [bigint, bigint] => [4n + 32n * BigInt(at), 1n]);
  assert.deepEqual(guess(...many), ["guessed", 16, ...many.map((_, at) => Math.min(at, 15))]);
});
