import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { buildFolder, compileAssemblyScript } from "../../tools/build/assemblyscript.ts";
import { buildLoaderWasm } from "../../tools/build/loader.ts";
import { assertDrawnWell, bitsOf, type Draws } from "../support/draws.ts";
import { compileKernelPart, type KernelInstance, startKernelPart } from "../support/kernel-module.ts";
import { type Mutant, plant, UNOPTIMISED } from "../support/mutants.ts";
import { boot } from "./support/boot.ts";
import { readBootinfo } from "./support/bootinfo.ts";

/** KASLR over 10,000 boots: what the boot agent draws for each, with the statistics of tests/spaces/aslr.test.ts. The room is smaller here. */

const BOOTS = 10_000;
const ENTRY = "tests/loader/draws-entry.ts";
const module = await compileKernelPart({ entry: ENTRY, platform: "metal" });

const TIB = 1n << 40n;
const GIB = 1n << 30n;
const KERNEL_ZONE = 0xffff_8000_0000_0000n;
/** 2 MiB apart; a gigabyte is left above. */
const KERNEL_STEP = 2n << 20n;
const KERNEL_PLACES = (16n * TIB - GIB) / KERNEL_STEP;
const DIRECT_MAP_ZONE = 0xffff_a000_0000_0000n;
const DIRECT_MAP_END = 0xffff_c000_0000_0000n;
/** Half of the zone is left for RAM. */
const DIRECT_MAP_PLACES = (16n * TIB) / GIB + 1n;
const RAM_END = GIB;

interface Bases {
  readonly kernel: bigint;
  readonly directMap: bigint;
}

function drawBases({ functions }: KernelInstance, ramEnd = RAM_END): Bases {
  const kernel = BigInt(functions["drawKernelBase"]!());
  return { kernel, directMap: BigInt(functions["drawDirectMapBase"]!(ramEnd)) };
}

/** The bases of a boot with each of the seeds from 0 on: neighbours, as people choose them. */
function seededBases(agent: WebAssembly.Module): Bases[] {
  const instance = startKernelPart(agent);
  return Array.from({ length: BOOTS }, (_, seed) => {
    instance.functions["startFromSeed"]!(BigInt(seed));
    return drawBases(instance);
  });
}

const ECX = 2;
const RDRAND = 1 << 30;

/** Those of boots without a seed, on a processor that has RDRAND: here, a hash of how many boots there were before. */
function entropicBases(agent: WebAssembly.Module): Bases[] {
  let boots = 0;
  const instance = startKernelPart(agent, {
    "processor.cpuid": (_leaf: number, _subleaf: number, register: number) => (register === ECX ? RDRAND : 0),
    "processor.rdrand": () => createHash("sha256").update(`boot ${boots++}`).digest().readBigInt64LE(),
  });
  const bases = Array.from({ length: BOOTS }, () => {
    instance.functions["startFromEntropy"]!();
    return drawBases(instance);
  });
  assert.equal(boots, BOOTS);
  return bases;
}

function drawsOf(bases: readonly Bases[]): Draws[] {
  return [
    placesOf(
      "kernel",
      KERNEL_ZONE,
      KERNEL_STEP,
      KERNEL_PLACES,
      bases.map(({ kernel }) => kernel),
    ),
    placesOf(
      "direct map",
      DIRECT_MAP_ZONE,
      GIB,
      DIRECT_MAP_PLACES,
      bases.map(({ directMap }) => directMap),
    ),
  ];
}

function placesOf(name: string, zone: bigint, step: bigint, count: bigint, bases: readonly bigint[]): Draws {
  for (const base of bases) assert.equal((base - zone) % step, 0n, `${name} at ${base.toString(16)}`);
  return { name, count: Number(count), places: bases.map((base) => Number((base - zone) / step)) };
}

for (const [what, basesOf] of [
  [`the seeds 0 to ${BOOTS - 1}`, seededBases],
  [`${BOOTS} boots without a seed`, entropicBases],
] as const) {
  test(`${what}: 23 bits for the kernel, 14 for the direct map`, (t) => {
    const draws = drawsOf(basesOf(module));
    for (const line of assertDrawnWell(draws)) t.diagnostic(line);
    assert.deepEqual(draws.map(bitsOf), [23, 14]);
  });
}

test("with more RAM than half of the zone there are fewer places, and all RAM fits", () => {
  const instance = startKernelPart(module);
  for (const ramEnd of [16n * TIB + 4096n, 24n * TIB, 32n * TIB - GIB, 32n * TIB]) {
    const places = Array.from({ length: 2000 }, () => drawBases(instance, ramEnd).directMap);
    for (const base of places) assert.ok(base >= DIRECT_MAP_ZONE && base + ramEnd <= DIRECT_MAP_END);
    if (ramEnd === 32n * TIB - GIB) assert.equal(new Set(places).size, 2);
  }
});

describe("a boot", () => {
  before(async () => {
    await buildLoaderWasm();
  });

  test("takes what is drawn so", () => {
    const bases = seededBases(module);
    for (let seed = 0; seed < 5; seed++) {
      const { ram, handover } = boot({ config: `seed=0x${seed.toString(16)}\n` });
      const { kernelVirtual, directMapVirtual } = readBootinfo(ram, handover.bootinfo);
      assert.deepEqual({ kernel: kernelVirtual, directMap: directMapVirtual }, bases[seed]);
    }
  });
});

const RANDOM = "loader/random.ts";
const ZONES = "loader/zones.ts";

const MUTANTS: readonly (Mutant & { readonly found: RegExp })[] = [
  {
    what: "the direct map's place is the rest of the kernel's",
    file: RANDOM,
    from: "return random64() % count;\n}\n",
    to: "if (count > 0x10_0000) last = random64() % count;\n  return last % count;\n}\nlet last: u64 = 0;\n",
    found: /of kernel, and bits .* of direct map: chi-square/,
  },
  {
    what: "neighbouring seeds give neighbouring numbers",
    file: RANDOM,
    from: "return mixed ^ (mixed >> 31);",
    to: "return state;",
    found: /kernel/,
  },
  {
    what: "the kernel has 20 bits",
    file: ZONES,
    from: "randomBelow(KERNEL_PLACES)",
    to: "randomBelow(KERNEL_PLACES / 8)",
    found: /kernel: bit 20 is 1 in 0 of/,
  },
];

describe("a planted mistake is found:", () => {
  for (const [index, mutant] of MUTANTS.entries()) {
    test(mutant.what, async (t) => {
      const planted = await compileAgentMutant(mutant, `loader-draws-${index}`);
      assert.throws(
        () => assertDrawnWell(drawsOf(seededBases(planted))),
        (error: Error) => {
          t.diagnostic(error.message.split("\n")[0]!);
          return mutant.found.test(error.message);
        },
      );
    });
  }
});

async function compileAgentMutant(mutant: Mutant, name: string): Promise<WebAssembly.Module> {
  const folder = plant(mutant, name, ["loader", "kernel", "platform/metal", ENTRY]);
  const wasm = await compileAssemblyScript({
    entry: join(buildFolder, folder, ENTRY),
    output: `${folder}.wasm`,
    flags: [...UNOPTIMISED],
    allowedImports: () => true,
  });
  return new WebAssembly.Module(readFileSync(wasm));
}
