import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ARENA, ARENA_BYTES, descriptor, EfiType, GIB, MIB, type Descriptor } from "../support/memory-kernel.ts";
import { holds } from "../support/property.ts";
import { TopologyModel } from "./model.ts";
import * as acpi from "./tables.ts";
import { TABLE_NAMES, TopologyKernel, type AcpiTables, type TableName } from "./topology-kernel.ts";

/** The kernel's topology against a naive model, over tables as odd as firmware may write them, and over damaged ones. */

/** Few domains, or so many that there is no room for them. */
const anyDomain = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 3 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 24 }) },
  { weight: 1, arbitrary: fc.constantFrom(0x100, 0x1_0000, 0x8000_0000, 0xffff_ffff) },
);
const anyFlags = fc.constantFrom(1, 1, 1, 1, 1, 0, 3, 5, 7, 2, 4);

/** RAM in pieces of 1 to 64 MiB, below 512 MiB and from 4 GiB on: not where the agent is. */
const anyRam: fc.Arbitrary<Descriptor[]> = fc.array(
  fc
    .tuple(fc.boolean(), fc.bigInt(0n, 400n), fc.bigInt(1n, 64n))
    .map(([isHigh, at, size]) =>
      descriptor(EfiType.CONVENTIONAL, (isHigh ? 4n * GIB : ARENA + ARENA_BYTES) + at * MIB, size * MIB),
    ),
  { minLength: 1, maxLength: 5, size: "max" },
);

const tameRange = fc
  .tuple(fc.boolean(), fc.bigInt(0n, 500n), fc.bigInt(0n, 200n))
  .map(([isHigh, at, size]) => ({ start: (isHigh ? 4n * GIB : 0n) + at * MIB, bytes: size * MIB }));
const wildRange = fc.record({
  start: fc.oneof(fc.bigInt(0n, 5n * GIB), fc.constantFrom(0n, 1n, (1n << 64n) - 4096n, (1n << 64n) - 1n)),
  bytes: fc.oneof(fc.bigInt(0n, 9000n), fc.bigInt(0n, GIB), fc.constantFrom(1n << 63n, (1n << 64n) - 1n)),
});
const anyRange = fc.oneof({ weight: 12, arbitrary: tameRange }, { weight: 1, arbitrary: wildRange });
const anyMemory = fc
  .tuple(anyDomain, anyRange, anyFlags)
  .map(([domain, { start, bytes }, flags]) => acpi.memoryAffinity(domain, start, bytes, flags));

const anyApicId = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 8 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) },
);
const anyX2ApicId = fc.oneof(anyApicId, fc.constantFrom(0x100, 0xffff_fffe));
const stranger = fc.constantFrom(
  acpi.structure(18, [0, 1, 3], [1, 1, 18]),
  acpi.structure(12, [0, 1, 77], [1, 1, 12]),
  acpi.structure(2, [0, 1, 1], [1, 1, 2]),
  acpi.structure(48, [0, 1, 2], [1, 1, 48]),
);

const anyMadt = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.tuple(anyApicId, anyFlags).map(([id, flags]) => acpi.localApic(id, flags)) },
      { weight: 2, arbitrary: fc.tuple(anyX2ApicId, anyFlags).map(([id, flags]) => acpi.localX2Apic(id, flags)) },
      { weight: 1, arbitrary: stranger },
    ),
    { maxLength: 80, size: "max" },
  )
  .map((entries) => acpi.madt(...entries));

const anySrat = fc
  .tuple(
    fc.array(
      fc.oneof(
        { weight: 6, arbitrary: anyMemory },
        { weight: 3, arbitrary: fc.tuple(anyApicId, anyDomain, anyFlags).map((of) => acpi.cpuAffinity(...of)) },
        { weight: 2, arbitrary: fc.tuple(anyX2ApicId, anyDomain, anyFlags).map((of) => acpi.x2ApicAffinity(...of)) },
        { weight: 1, arbitrary: stranger },
      ),
      { maxLength: 60, size: "max" },
    ),
    fc.constantFrom(3, 3, 3, 2, 1),
  )
  .map(([entries, revision]) => acpi.srat(entries, revision));

const anyDistance = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(11, 16, 21, 31) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) },
);
const anySlit = fc
  .tuple(fc.integer({ min: 0, max: 26 }), fc.array(anyDistance, { minLength: 676, maxLength: 676 }), fc.nat(19))
  .map(([side, drawn, slip]) => {
    const rows = Array.from({ length: side }, (_, from) => drawn.slice(from * side, (from + 1) * side));
    // Mostly as it should be: symmetric, and 10 to itself.
    rows.forEach((row, from) => row.forEach((_, to) => to < from && slip > 0 && (row[to] = rows[to]![from]!)));
    rows.forEach((row, from) => slip !== 1 && (row[from] = 10));
    return acpi.slit(rows, slip === 2 ? BigInt(side) + 1n : undefined);
  });

const anyTables: fc.Arbitrary<AcpiTables> = fc.record({ madt: anyMadt, srat: anySrat, slit: anySlit });

/** A table with some bytes written over; its length stays below 64 KiB, which is not all that damage can do, but all that fits. */
interface Damage {
  readonly table: TableName;
  readonly bytes: readonly (readonly [at: number, value: number])[];
  readonly isSummed: boolean;
}
const anyDamage: fc.Arbitrary<Damage> = fc.record({
  table: fc.constantFrom(...TABLE_NAMES),
  bytes: fc.array(fc.tuple(fc.nat(300), fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff)), { minLength: 1, maxLength: 4 }),
  isSummed: fc.boolean(),
});

function damaged(tables: AcpiTables, { table, bytes, isSummed }: Damage): AcpiTables {
  const copy = Uint8Array.from(tables[table]!);
  for (const [at, value] of bytes) if (at < copy.length && at !== 6 && at !== 7) copy[at] = value;
  return { ...tables, [table]: isSummed ? sumFixed(copy) : copy };
}

/** Zeros follow the table, so that its sum is that of what there is of it. */
function sumFixed(table: Uint8Array): Uint8Array {
  const declared = new DataView(table.buffer).getUint32(4, true);
  const whole = Uint8Array.from({ length: Math.max(declared, table.length) }, (_, at) => table[at] ?? 0);
  return declared >= 10 ? acpi.summed(whole) : whole;
}

interface Case {
  readonly ram: readonly Descriptor[];
  readonly tables: AcpiTables;
}

const TOO_MANY = "proximity domain more than there is room for, ignored";

/** How often domains beyond the sixteenth are met depends on the order; that there are some does not. */
function comparable<T extends { oddities: Readonly<Record<string, number>> }>(topology: T): T {
  const { [TOO_MANY]: tooMany, ...oddities } = topology.oddities;
  return { ...topology, oddities, hasTooManyDomains: tooMany !== undefined };
}

function checkAgainstModel({ ram, tables }: Case): TopologyModel {
  const kernel = new TopologyKernel(ram, tables);
  const ranges = kernel.ranges();
  const model = new TopologyModel(ranges, tables);
  assert.deepEqual(comparable(kernel.topology()), comparable(model.topology()));
  const ends = ranges.flatMap(({ first, last }) => [first, last]);
  for (const at of new Set([...ends, ...model.borders()])) assert.equal(kernel.call("nodeAt", at), model.nodeAt(at));
  for (const { first, last } of ranges) checkRun(kernel, model, first, last);
  return model;
}

/** From `first` on all is of one node, up to where the kernel says, and no further. */
function checkRun(kernel: TopologyKernel, model: TopologyModel, first: bigint, last: bigint): void {
  const until = kernel.wide("sameNodeUntil", first, last);
  const node = model.nodeAt(first);
  for (const border of model.borders()) if (border > first && border <= until) assert.equal(model.nodeAt(border), node);
  if (until !== last) assert.notEqual(model.nodeAt(until + 1n), node);
}

test("nodes, processors, distances and oddities are those of the naive model", (t) => {
  const sources = new Map<string, number>();
  const oddities = new Set<string>();
  const property = fc.property(fc.record({ ram: anyRam, tables: anyTables }), (one) => {
    const { source, nodes, oddities: seen } = checkAgainstModel(one).topology();
    sources.set(`${source} ${nodes > 1}`, (sources.get(`${source} ${nodes > 1}`) ?? 0) + 1);
    for (const oddity of Object.keys(seen)) oddities.add(oddity);
  });
  holds(t, property, 400);
  t.diagnostic(`sources: ${[...sources].map(([name, count]) => `${name} ${count}`).join(", ")}`);
  t.diagnostic(`${oddities.size} kinds of oddities`);
  assert.ok((sources.get("srat true") ?? 0) > 100, "too few of the tables had several nodes");
  assert.ok(oddities.size >= 10, [...oddities].join("; "));
});

test("damaged tables, with checksums wrong and right, are read as far as the naive model reads them", (t) => {
  let refused = 0;
  const anyCase = fc
    .record({ ram: anyRam, tables: anyTables, damages: fc.array(anyDamage, { minLength: 1, maxLength: 3 }) })
    .map(({ ram, tables, damages }) => ({ ram, tables: damages.reduce(damaged, tables) }));
  const property = fc.property(anyCase, (one) => {
    const seen = checkAgainstModel(one).topology().oddities;
    if (Object.keys(seen).some((oddity) => oddity.startsWith("ACPI table"))) refused++;
  });
  holds(t, property, 400);
  t.diagnostic(`${refused} had a table refused or cut short`);
  assert.ok(refused > 100);
});
