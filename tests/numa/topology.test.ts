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
