import assert from "node:assert/strict";
import { test } from "node:test";
import { BootinfoAt } from "../../kernel/bootinfo/layout.ts";
import { compileKernelPart, startKernelPart } from "../support/kernel-module.ts";
import { AGENT, ARENA, ARENA_BYTES, MemoryKernel, MIB } from "../support/memory-kernel.ts";

/** A frame buffer is drawn to only where it is one: the firmware says where, and how large. */

const compiled = await compileKernelPart({ entry: "tests/boot/screen-entry.ts", platform: "embedded" });

interface Screen {
  readonly first: bigint;
  readonly bytes: bigint;
  readonly width: number;
  readonly height: number;
  readonly stride: number;
}

/** 1280 × 800 dots, in a device's memory below 4 GiB. */
const GOOD: Screen = { first: 0x8000_0000n, bytes: 4n * MIB, width: 1280, height: 800, stride: 1280 };
const LAST = (1n << 40n) - 1280n * 800n * 4n;

function screen(change: Partial<Screen>): { bytes: bigint; width: number } {
  const { first, bytes, width, height, stride } = { ...GOOD, ...change };
  const kernel = new MemoryKernel([{ first: ARENA, bytes: ARENA_BYTES }], startKernelPart(compiled));
  const block = kernel.handOver({ descriptors: [AGENT] }, [
    { at: BootinfoAt.framebuffer, bytes: 8, value: first },
    { at: BootinfoAt.framebufferBytes, bytes: 8, value: bytes },
    { at: BootinfoAt.framebufferWidth, bytes: 4, value: width },
    { at: BootinfoAt.framebufferHeight, bytes: 4, value: height },
    { at: BootinfoAt.framebufferStride, bytes: 4, value: stride },
  ]);
  assert.equal(kernel.call("checkBootinfo", block), 0);
  assert.equal(kernel.call("readMemoryMap"), 0);
  return { bytes: kernel.wide("screenBytes"), width: kernel.call("screenWidth") };
}

test("a good one is mapped as far as its lines go", () => {
  assert.deepEqual(screen({}), { bytes: 1280n * 800n * 4n, width: 1280 });
  assert.deepEqual(screen({ stride: 1288 }), { bytes: 1288n * 800n * 4n, width: 1280 });
  assert.equal(screen({ first: LAST }).bytes, 1280n * 800n * 4n);
});

test("a line is no wider than what is between two lines", () => {
  assert.deepEqual(screen({ width: 1920 }), { bytes: 1280n * 800n * 4n, width: 1280 });
});

const refused: readonly [what: string, change: Partial<Screen>][] = [
  ["none", { first: 0n }],
  ["lines of no length", { stride: 0 }],
  ["no lines", { height: 0 }],
  ["fewer bytes than lines", { bytes: 1280n * 800n * 4n - 1n }],
  ["a size that wraps to nothing", { stride: 0x8000_0000, height: 0x8000_0000, bytes: 0n }],
  ["more than any screen has", { stride: 0x1_0000, height: 0x1_0000, bytes: 1n << 62n }],
  ["an end beyond this CPU's addresses", { first: LAST + 4096n }],
  ["a start beyond this CPU's addresses", { first: 1n << 40n }],
  ["an end beyond 2^64", { first: (1n << 64n) - 4096n }],
  ["its end in RAM", { first: ARENA - MIB }],
  ["its start in RAM", { first: ARENA + ARENA_BYTES - 4096n }],
];

for (const [what, change] of refused) {
  test(`not drawn to: ${what}`, () => assert.equal(screen(change).bytes, 0n));
}
