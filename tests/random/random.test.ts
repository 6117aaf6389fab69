import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileKernelPart, startKernelPart, type KernelInstance } from "../support/kernel-module.ts";

const compiled = await compileKernelPart({ entry: "tests/random/entry.ts", platform: "metal" });

/** CPUID.1:ECX[30] */
const RDRAND = 1 << 30;

/** 0 is what RDRAND gives when it is dry, and what the clock says then. */
function start(entropy = 0n): KernelInstance {
  return startKernelPart(compiled, {
    "processor.cpuid": () => RDRAND,
    "processor.rdrand": () => entropy,
    "processor.clock": () => 0n,
  });
}

test("the stream is ChaCha20: RFC 8439 appendix A.1, vectors 1 and 2 (key, nonce and counter zero, then counter 1)", () => {
  const { functions } = start(0n);
  functions["seedFromEntropy"]!();
  const stream = Array.from({ length: 16 }, () => functions["random64"]!() as bigint);
  const bytes = new Uint8Array(BigUint64Array.from(stream).buffer);
  assert.equal(Buffer.from(bytes.slice(0, 16)).toString("hex"), "76b8e0ada0f13d90405d6ae55386bd28");
  assert.equal(Buffer.from(bytes.slice(64, 80)).toString("hex"), "9f07e7be5551387a98ba977c732d080d");
});

test("the same seed gives the same numbers, another seed others", () => {
  const draw = (seed: bigint) => {
    const { functions } = start();
    functions["seedRandom"]!(seed);
    return Array.from({ length: 40 }, () => functions["random64"]!());
  };
  assert.deepEqual(draw(7n), draw(7n));
  assert.notDeepEqual(draw(7n), draw(8n));
});

test("randomBelow stays below its bound, whatever the bound", () => {
  const { functions } = start();
  functions["seedRandom"]!(1n);
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: (1n << 64n) - 1n }), (bound) => {
      assert.ok((functions["randomBelow"]!(bound) as bigint) < bound);
    }),
  );
});

test("randomBelow favours no number: 30,000 draws of six, each within 5 % of its share", () => {
  const { functions } = start();
  functions["seedRandom"]!(2n);
  const counts = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < 30_000; i++) counts[Number(functions["randomBelow"]!(6n))]! += 1;
  for (const count of counts) assert.ok(Math.abs(count - 5000) < 250, String(counts));
});
