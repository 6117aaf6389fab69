import assert from "node:assert/strict";
import { test } from "node:test";
import { BootinfoError } from "../../kernel/bootinfo/errors.ts";
import { BootinfoAt, MAX_MODULES, MODULE_NAME_BYTES } from "../../kernel/bootinfo/layout.ts";
import {
  AGENT,
  ARENA,
  ARENA_BYTES,
  KERNEL_BYTES,
  MAGIC,
  MemoryKernel,
  MODULES_AT,
  SEGMENTS_AT,
  type Patch,
} from "../support/memory-kernel.ts";

/** `checkBootinfo`: what it takes over from a good block, and each way in which a block can be bad. */

const HANDOVER = { descriptors: [AGENT], modules: 3 };
const RAM = [{ first: ARENA, bytes: ARENA_BYTES }];
const KERNEL_VIRTUAL = 0xffff_8000_4000_0000n;

function check(patches: readonly Patch[]): { kernel: MemoryKernel; error: number } {
  const kernel = new MemoryKernel(RAM);
  return { kernel, error: kernel.call("checkBootinfo", kernel.handOver(HANDOVER, patches)) };
}

test("a good block is copied, and read from the copy", () => {
  const { kernel, error } = check([
    { at: BootinfoAt.seed, bytes: 8, value: 0x1234_5678_9abc_def0n },
    { at: BootinfoAt.rsdp, bytes: 8, value: 0xf_1000n },
    { at: BootinfoAt.flags, bytes: 4, value: 5 },
    { at: BootinfoAt.crash, bytes: 4, value: 2 },
    { at: BootinfoAt.failAllocation, bytes: 4, value: 7 },
    { at: BootinfoAt.turnMilliseconds, bytes: 4, value: 3 },
    { at: BootinfoAt.patienceMilliseconds, bytes: 4, value: 9 },
  ]);
  assert.equal(error, BootinfoError.NONE);
  for (let at = 0n; at < 0x2000n; at += 8n)
    kernel.store(kernel.wide("bootinfoAddress") + at, 8, 0xffff_ffff_ffff_ffffn);
  assert.equal(kernel.wide("seed"), 0x1234_5678_9abc_def0n);
  assert.equal(kernel.wide("rsdp"), 0xf_1000n);
  assert.equal(kernel.call("flags"), 5);
  assert.equal(kernel.call("crashKind"), 2);
  assert.equal(kernel.call("deniedAllocation"), 7);
  assert.equal(kernel.call("turnMilliseconds"), 3);
  assert.equal(kernel.call("patienceMilliseconds"), 9);
  assert.equal(kernel.wide("kernelPhysical"), ARENA);
  assert.equal(kernel.wide("kernelBytes"), KERNEL_BYTES);
  assert.equal(kernel.wide("kernelVirtual"), KERNEL_VIRTUAL);
  assert.equal(kernel.call("segmentCount"), 2);
  assert.equal(kernel.wide("segmentPhysical", 1), ARENA + KERNEL_BYTES / 2n);
  assert.equal(kernel.wide("segmentVirtual", 1), KERNEL_VIRTUAL + KERNEL_BYTES / 2n);
  assert.equal(kernel.call("segmentRights", 0), 5);
  assert.equal(kernel.call("moduleCount"), 3);
  assert.equal(kernel.wide("moduleBytes", 2), 0x3005n);
});

test("names of modules are as long as they are", () => {
  const filled = Array.from({ length: Number(MODULE_NAME_BYTES) / 8 }, (_, word): Patch => {
    return { at: MODULES_AT + 64 + 16 + word * 8, bytes: 8, value: 0x6867_6665_6463_6261n };
  });
  const { kernel, error } = check(filled);
  assert.equal(error, BootinfoError.NONE);
  // The kernel's own memory, above its tables: nothing else of this part lies there.
  const buffer = 0x3_0000;
  assert.equal(kernel.call("moduleName", 0, buffer), 2);
  assert.equal(kernel.call("moduleName", 1, buffer), MODULE_NAME_BYTES);
  const name = Buffer.from(kernel.instance.memory.buffer, buffer, Number(MODULE_NAME_BYTES)).toString();
  assert.equal(name, "abcdefgh".repeat(6));
});

test("the address must be that of a page", () => {
  const kernel = new MemoryKernel(RAM);
  for (const address of [0n, ARENA + 8n]) {
    assert.equal(kernel.call("checkBootinfo", address), BootinfoError.BAD_ADDRESS);
    assert.equal(kernel.wide("bootinfoFound"), address);
  }
});

interface Refusal {
  readonly what: string;
  readonly patch: Patch;
  readonly error: number;
  /** What the refusal names: the patched value, unless it says otherwise. */
  readonly found?: bigint;
}

function word(what: string, at: number | bigint, value: bigint, error: number, found = value): Refusal {
  return { what, patch: { at, bytes: 8, value }, error, found };
}

function half(what: string, at: number | bigint, value: number, error: number, found = BigInt(value)): Refusal {
  return { what, patch: { at, bytes: 4, value }, error, found };
}

const { BAD_MAP, BAD_KERNEL, BAD_SEGMENTS, BAD_SEGMENT, BAD_MODULES, BAD_MODULE, BAD_DIRECT_MAP, BAD_TABLES } =
  BootinfoError;
const LAST = 0xffff_ffff_ffff_fff8n;
/** Field of the second segment, or module. */
const segment = (field: number) => SEGMENTS_AT + 32 + field;
const module = (field: number) => MODULES_AT + 64 + field;

const REFUSALS: readonly Refusal[] = [
  word("another magic", BootinfoAt.magic, MAGIC + 1n, BootinfoError.BAD_MAGIC),
  word("no magic", BootinfoAt.magic, 0n, BootinfoError.BAD_MAGIC),
  half("version 0", BootinfoAt.version, 0, BootinfoError.BAD_VERSION),
  half("version 2", BootinfoAt.version, 2, BootinfoError.BAD_VERSION),
  half("a shorter block", BootinfoAt.size, 208, BootinfoError.BAD_SIZE),
  half("a longer block", BootinfoAt.size, 224, BootinfoError.BAD_SIZE),
  half("a stride of 0", BootinfoAt.descriptorStride, 0, BootinfoError.BAD_STRIDE),
  half("a stride of 32", BootinfoAt.descriptorStride, 32, BootinfoError.BAD_STRIDE),
  half("a stride of 44", BootinfoAt.descriptorStride, 44, BootinfoError.BAD_STRIDE),
  half("descriptors of version 2", BootinfoAt.descriptorVersion, 2, BootinfoError.BAD_DESCRIPTOR_VERSION),
  word("a map at 0", BootinfoAt.memoryMap, 0n, BAD_MAP),
  word("a map at an odd address", BootinfoAt.memoryMap, ARENA + 4n, BAD_MAP),
  word("a map that wraps", BootinfoAt.memoryMap, LAST, BAD_MAP),
  word("an empty map", BootinfoAt.memoryMapBytes, 0n, BAD_MAP),
  word("half a descriptor", BootinfoAt.memoryMapBytes, 72n, BAD_MAP),
  word("a kernel between large pages", BootinfoAt.kernelPhysical, ARENA + 0x1000n, BAD_KERNEL),
  word("a kernel in the user half", BootinfoAt.kernelVirtual, 0x20_0000n, BAD_KERNEL),
  word("a kernel above its zone", BootinfoAt.kernelVirtual, 0xffff_9000_0000_0000n, BAD_KERNEL),
  word("a kernel of no bytes", BootinfoAt.kernelBytes, 0n, BAD_KERNEL),
  word("a kernel larger than its zone", BootinfoAt.kernelBytes, 1n << 44n, BAD_KERNEL),
  half("no segments", BootinfoAt.kernelSegmentCount, 0, BAD_SEGMENTS),
  half("9 segments", BootinfoAt.kernelSegmentCount, 9, BAD_SEGMENTS),
  word("segments at 0", BootinfoAt.kernelSegments, 0n, BAD_SEGMENTS),
  half("a segment left out", BootinfoAt.kernelSegmentCount, 1, BAD_SEGMENTS, KERNEL_BYTES / 2n),
  word("a gap between segments", segment(0), KERNEL_VIRTUAL + KERNEL_BYTES, BAD_SEGMENT, 1n),
  word("a segment that is elsewhere", segment(8), ARENA, BAD_SEGMENT, 1n),
  word("a segment beyond the image", segment(16), KERNEL_BYTES, BAD_SEGMENT, 1n),
  word("a segment of no bytes", segment(16), 0n, BAD_SEGMENT, 1n),
  half("a segment both writable and executable", segment(24), 7, BAD_SEGMENT, 1n),
  half("a segment with an unknown right", segment(24), 0x40, BAD_SEGMENT, 1n),
  half("65 modules", BootinfoAt.moduleCount, Number(MAX_MODULES) + 1, BAD_MODULES),
  word("modules at 0", BootinfoAt.modules, 0n, BAD_MODULES),
  word("a module between pages", module(0), ARENA + 8n, BAD_MODULE, 1n),
  word("a module of no bytes", module(8), 0n, BAD_MODULE, 1n),
  word("a module that wraps", module(8), LAST, BAD_MODULE, 1n),
  word("a module without a name", module(16), 0n, BAD_MODULE, 1n),
  word("a direct map between huge pages", BootinfoAt.directMapVirtual, 0xffff_a000_0020_0000n, BAD_DIRECT_MAP),
  word("a direct map in the kernel zone", BootinfoAt.directMapVirtual, 0xffff_8000_0000_0000n, BAD_DIRECT_MAP),
  word("a direct map in the MMIO zone", BootinfoAt.directMapVirtual, 0xffff_c000_0000_0000n, BAD_DIRECT_MAP),
  word("handover tables between pages", BootinfoAt.loaderTables, ARENA + 8n, BAD_TABLES),
  word("half a page of handover tables", BootinfoAt.loaderTablesBytes, 0x800n, BAD_TABLES),
  half("an unknown flag", BootinfoAt.flags, 0x20, BootinfoError.BAD_FLAGS),
  half("an unknown crash", BootinfoAt.crash, 6, BootinfoError.BAD_CRASH),
];

for (const { what, patch, error, found } of REFUSALS) {
  test(`refused, by name and value: ${what}`, () => {
    const { kernel, error: given } = check([patch]);
    assert.equal(given, error, kernel.text("bootinfoErrorText", given));
    assert.equal(kernel.wide("bootinfoFound"), found);
  });
}

test("every error has a text of its own", () => {
  const kernel = new MemoryKernel(RAM);
  const texts = Object.values(BootinfoError).map((error) => kernel.text("bootinfoErrorText", error));
  assert.equal(new Set(texts).size, texts.length);
  assert.ok(!texts.includes(kernel.text("bootinfoErrorText", 99)));
});
