import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileKernelPart, startKernelPart } from "../support/kernel-module.ts";
import { holds } from "../support/property.ts";

/** How many colours the processor's second-level cache has, from what CPUID says. */
const onMetal = await compileKernelPart({ entry: "tests/frames/caches-entry.ts", platform: "metal" });
const onModel = await compileKernelPart({ entry: "tests/frames/caches-entry.ts", platform: "embedded" });

const Kind = { NONE: 0, DATA: 1, INSTRUCTIONS: 2, BOTH: 3 } as const;
const INTEL = 4;
const AMD = 0x8000_001d;

interface Cache {
  readonly kind: number;
  readonly level: number;
  readonly sets: number;
  readonly line?: number;
  readonly partitions?: number;
  readonly ways?: number;
  readonly hashed?: boolean;
}

const FIRST: Cache = { kind: Kind.DATA, level: 1, sets: 64 };
const CODE: Cache = { kind: Kind.INSTRUCTIONS, level: 1, sets: 64 };

function registers({ kind, level, sets, line = 64, partitions = 1, ways = 8, hashed = false }: Cache): number[] {
  return [kind | (level << 5), (line - 1) | ((partitions - 1) << 12) | ((ways - 1) << 22), sets - 1, hashed ? 4 : 0];
}

interface Processor {
  readonly leaf?: number;
  readonly caches: readonly Cache[];
  /** Of the leaves 0 and 0x80000000. */
  readonly largest?: number;
  readonly largestExtended?: number;
  readonly topologyExtensions?: boolean;
}

function colours({
  leaf = INTEL,
  caches,
  largest = 7,
  largestExtended = AMD,
  topologyExtensions = true,
}: Processor): number {
  const cpuid = (asked: number, subleaf: number, register: number): number => {
    const wanted = asked >>> 0;
    if (wanted === 0) return register === 0 ? largest : 0;
    if (wanted === 0x8000_0000) return register === 0 ? largestExtended | 0 : 0;
    if (wanted === 0x8000_0001) return register === 2 && topologyExtensions ? 1 << 22 : 0;
    const cache = wanted === leaf ? caches[subleaf] : undefined;
    return cache === undefined ? 0 : registers(cache)[register]!;
  };
  return Number(startKernelPart(onMetal, { "processor.cpuid": cpuid }).functions["cacheColours"]!());
}

const second = (sets: number, more: Partial<Cache> = {}): Cache => ({ kind: Kind.BOTH, level: 2, sets, ...more });

for (const [what, processor, expected] of [
  ["256 KiB of 4 ways (Skylake)", { caches: [FIRST, CODE, second(1024, { ways: 4 })] }, 16],
  ["256 KiB of 8 ways (Haswell)", { caches: [FIRST, CODE, second(512)] }, 8],
  [
    "2 MiB of 16 ways, with a last level behind",
    { caches: [FIRST, CODE, second(2048), { ...second(32768), level: 3 }] },
    32,
  ],
  ["512 KiB of 8 ways by AMD's leaf (Zen)", { leaf: AMD, caches: [FIRST, CODE, second(1024)] }, 16],
  ["a way of 4 KiB", { caches: [second(64)] }, 1],
  ["a way of 1 MiB: as many as a set has bits", { caches: [second(16384)] }, 64],
  ["partitions", { caches: [second(64, { partitions: 4 })] }, 4],
  ["no second level", { caches: [FIRST, CODE] }, 1],
  ["only instructions on the second level", { caches: [{ ...CODE, level: 2, sets: 1024 }] }, 1],
  ["an index that is a hash", { caches: [second(1024, { hashed: true })] }, 1],
  ["1536 sets: no power of two", { caches: [second(1536)] }, 1],
  ["a way smaller than a frame", { caches: [second(32)] }, 1],
  ["a way of 2 GiB", { caches: [second(2 ** 25)] }, 1],
  ["every bit set", { caches: [{ kind: 3, level: 2, sets: 2 ** 32, line: 4096, partitions: 1024, ways: 1024 }] }, 1],
  ["no leaf 4", { caches: [second(1024)], largest: 2, largestExtended: 0x8000_0008 }, 1],
  ["no such extended leaf", { leaf: AMD, caches: [second(1024)], largestExtended: 0x8000_001c }, 1],
  ["no topology extensions", { leaf: AMD, caches: [second(1024)], topologyExtensions: false }, 1],
  ["caches without end", { caches: Array<Cache>(64).fill(FIRST) }, 1],
] satisfies [string, Processor, number][]) {
  test(`${what}: ${expected}`, () => assert.equal(colours(processor), expected));
}

test("whatever CPUID says, a power of two up to 64", (t) => {
  const any = fc.func(fc.integer());
  const property = fc.property(any, (cpuid) => {
    const { functions } = startKernelPart(onMetal, {
      "processor.cpuid": (leaf: number, subleaf: number, register: number) => cpuid(leaf, subleaf, register),
    });
    const found = Number(functions["cacheColours"]!());
    assert.ok([1, 2, 4, 8, 16, 32, 64].includes(found), `${found}`);
  });
  holds(t, property, 300);
});

test("the modelled processor has 16", () => {
  assert.equal(Number(startKernelPart(onModel).functions["cacheColours"]!()), 16);
});
