import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MapModel } from "../support/map-model.ts";
import { assertNormal, kindAt, readAnomalies, readRanges } from "../support/map-table.ts";
import {
  AGENT,
  ARENA,
  ARENA_BYTES,
  MemoryKernel,
  MIB,
  PAGE,
  type Descriptor,
  type Handover,
} from "../support/memory-kernel.ts";
import { holds } from "../support/property.ts";
import { MapError } from "../../kernel/memory-map/errors.ts";

/** The kernel's map against a naive model, page by page, over maps as wild as firmware may write them. */

const PAGES = (ARENA + ARENA_BYTES + 8n * MIB) / PAGE;
const ARENA_PAGE = ARENA / PAGE;
const ARENA_END = (ARENA + ARENA_BYTES) / PAGE;
const MOST_PAGES = 400n;
const PHYSICAL_BITS = 40;

const anyType = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(1, 2, 3, 4, 7, 7, 7) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 15 }) },
  { weight: 1, arbitrary: fc.constantFrom(16, 0x7000_0000, 0x8000_0001, 0xffff_ffff) },
);

/** Page numbers that leave the agent's memory alone. */
const tamePage = fc.oneof(
  fc.bigInt(0n, 64n),
  fc.bigInt(0n, ARENA_PAGE - MOST_PAGES - 2n),
  fc.bigInt(ARENA_END, PAGES - MOST_PAGES - 2n),
);
const tame = fc.record({
  page: tamePage,
  pages: fc.bigInt(0n, MOST_PAGES),
  inside: fc.constantFrom(0n, 0n, 0n, 0n, 1n, 2048n),
});
const wild = fc.record({
  page: fc.oneof(
    fc.bigInt(0n, PAGES),
    fc.bigInt((1n << 28n) - 4n, (1n << 28n) + 4n),
    fc.bigInt((1n << 52n) - 4n, (1n << 52n) - 1n),
  ),
  pages: fc.oneof(
    fc.bigInt(0n, 8n),
    fc.bigInt((1n << 28n) - 4n, (1n << 28n) + 4n),
    fc.bigInt((1n << 52n) - 4n, (1n << 64n) - 1n),
  ),
  inside: fc.constantFrom(0n, 1n, 4095n),
});
const anyAttribute = fc.constantFrom(0xfn, 0xfn, 0xfn, 0n, 0x8000_0000_0000_000fn, 0x4_000fn);

const anyDescriptor: fc.Arbitrary<Descriptor> = fc
  .tuple(fc.oneof({ weight: 30, arbitrary: tame }, { weight: 1, arbitrary: wild }), anyType, anyAttribute)
  .map(([{ page, pages, inside }, type, attribute]) => ({ type, start: page * PAGE + inside, pages, attribute }));

const anyHandover: fc.Arbitrary<Handover> = fc
  .record({
    others: fc.array(anyDescriptor, { maxLength: 40 }),
    at: fc.nat(),
    stride: fc.constantFrom(40, 48, 64),
    modules: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ others, at, stride, modules }) => ({
    descriptors: others.toSpliced(at % (others.length + 1), 0, AGENT),
    stride,
    modules,
  }));

test("every page has the kind that the naive model gives it", (t) => {
  let accepted = 0;
  const property = fc.property(anyHandover, (handover) => {
    const model = new MapModel(handover, PHYSICAL_BITS);
    const kernel = new MemoryKernel([{ first: ARENA, bytes: ARENA_BYTES }]);
    assert.equal(kernel.call("checkBootinfo", kernel.handOver(handover)), 0);
    const error = kernel.call("readMemoryMap");
    assertVerdict(kernel, error, model);
    if (error !== MapError.NONE) return;
    accepted++;
    const ranges = readRanges(kernel);
    assertNormal(ranges);
    for (let page = 0n; page < PAGES; page++) assertKind(kindAt(ranges, page), model, page);
    for (const page of model.edges) assertKind(kindAt(ranges, page), model, page);
    assert.deepEqual(readAnomalies(kernel), nonZero(model.anomalies));
  });
  holds(t, property, 60);
  assert.ok(accepted >= 20, `only ${accepted} maps were accepted: the generator is too wild to test much`);
});

function assertKind(found: string, model: MapModel, page: bigint): void {
  if (found !== model.kindAt(page)) assert.equal(found, model.kindAt(page), `page 0x${page.toString(16)}`);
}

function assertVerdict(kernel: MemoryKernel, error: number, model: MapModel): void {
  const verdict = model.verdict();
  if (verdict.ok) return assert.equal(error, MapError.NONE, kernel.text("mapErrorText", error));
  const errors = {
    "no RAM": MapError.NO_RAM,
    "outside RAM": MapError.CLAIM_OUTSIDE_RAM,
    overlap: MapError.CLAIMS_OVERLAP,
  };
  assert.equal(error, errors[verdict.error]);
  if (verdict.error !== "no RAM") assert.equal(kernel.wide("mapFound"), verdict.address);
}

function nonZero(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}
