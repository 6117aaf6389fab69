import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameError } from "../../kernel/frames/errors.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { readAnomalies, readRanges } from "../support/map-table.ts";
import {
  AGENT,
  ARENA,
  ARENA_BYTES,
  descriptor,
  EfiType,
  GIB,
  KERNEL_BYTES,
  MemoryKernel,
  MIB,
  PAGE,
  type Descriptor,
} from "../support/memory-kernel.ts";
import { startWordMachine } from "../support/word-machine.ts";

/** Machines from no RAM to more than frame numbers reach: bring-up, what it costs, and where frames come from. */

const NONE = 0xffff_ffff;
const free = (first: bigint, end: bigint) => descriptor(EfiType.CONVENTIONAL, first, end - first);

/** RAM from 0 to `end`, with the agent's memory in it, and whatever else. */
function machine(end: bigint, others: readonly Descriptor[] = []): MemoryKernel {
  const descriptors = [free(0n, ARENA), AGENT, free(ARENA + ARENA_BYTES, end), ...others];
  const ram = descriptors.map(({ start, pages }) => ({ first: start, bytes: pages * PAGE }));
  return new MemoryKernel(ram).bringUp({ descriptors, modules: 1 });
}

function sum(kernel: MemoryKernel): number {
  return kernel.call("freeFrames") + kernel.call("reservedFrames") + kernel.call("usedFrames");
}

/** The wasm memory that holds everything, the modelled RAM that was touched included. */
function hostBytes(kernel: MemoryKernel): number {
  return kernel.instance.memory.buffer.byteLength;
}

test("8 MiB are too little, and the error says how much would do", () => {
  const kernel = new MemoryKernel([{ first: ARENA, bytes: ARENA_BYTES }]);
  assert.equal(kernel.call("checkBootinfo", kernel.handOver({ descriptors: [AGENT] })), 0);
  assert.equal(kernel.call("readMemoryMap"), 0);
  assert.equal(kernel.call("framesInitialise"), FrameError.TOO_LITTLE_MEMORY);
  assert.equal(kernel.wide("frameErrorFound"), 8n * MIB);
  assert.ok(kernel.wide("frameErrorNeeded") > KERNEL_BYTES + 4n * MIB);
});

test("as much as the error says is enough", () => {
  const poor = new MemoryKernel([{ first: ARENA, bytes: ARENA_BYTES }]);
  poor.call("checkBootinfo", poor.handOver({ descriptors: [AGENT] }));
  poor.call("readMemoryMap");
  poor.call("framesInitialise");
  const end = ARENA + poor.wide("frameErrorNeeded") + PAGE;
  const ram = [{ first: ARENA, bytes: end - ARENA }];
  const kernel = new MemoryKernel(ram).bringUp({ descriptors: [AGENT, free(ARENA + ARENA_BYTES, end)] });
  assert.equal(kernel.call("validate"), FrameError.NONE);
});

test("a frame table that fits nowhere says what it needs", () => {
  // 112 MiB above the agent's memory, of which every second 64 KiB are no RAM.
  const first = ARENA + ARENA_BYTES;
  const pieces = Array.from({ length: 900 }, (_, i) =>
    free(first + BigInt(i) * 32n * PAGE, first + (BigInt(i) * 32n + 16n) * PAGE),
  );
  const kernel = new MemoryKernel([{ first: ARENA, bytes: ARENA_BYTES }]);
  assert.equal(kernel.call("checkBootinfo", kernel.handOver({ descriptors: [AGENT, ...pieces] })), 0);
  assert.equal(kernel.call("readMemoryMap"), 0);
  assert.equal(kernel.call("framesInitialise"), FrameError.NO_ROOM_FOR_TABLE);
  assert.equal(kernel.wide("frameErrorFound"), 16n * PAGE);
  // 4 areas for the agent's 8 MiB, and one for each 16 pieces: states and references are 3 bytes a frame.
  const frames = (4n + 900n / 16n) * 512n;
  assert.ok(kernel.wide("frameErrorNeeded") >= 3n * frames);
});

test("4 GiB with a hole from 3 to 4 GiB: the hole has no frames", () => {
  const hole = descriptor(EfiType.MMIO, 3n * GIB, GIB);
  const kernel = machine(3n * GIB, [hole, free(4n * GIB, 5n * GIB)]);
  assert.equal(kernel.call("totalFrames"), Number((4n * GIB) / PAGE));
  assert.equal(sum(kernel), Number((4n * GIB) / PAGE));
  assert.equal(kernel.call("validate"), FrameError.NONE);
  assert.equal(kernel.call("frameOwner", Number((3n * GIB) / PAGE)), FrameOwner.HOLE);
  assert.equal(kernel.call("freeFrame", Number((3n * GIB) / PAGE)), FrameError.OUTSIDE_RAM);
  const frame = BigInt(kernel.call("allocateFrame", FrameOwner.USER)) * PAGE;
  assert.ok(frame >= 4n * GIB);
});

test("64 GiB: only the frame table is touched, and of it not the references", () => {
  const kernel = machine(3n * GIB, [free(4n * GIB, 65n * GIB)]);
  const before = hostBytes(kernel);
  assert.equal(kernel.call("totalFrames"), Number((64n * GIB) / PAGE));
  assert.ok(bitsPerFrame(kernel, "frameAllocatorBytes") < 1.25);
  assert.ok(bitsPerFrame(kernel, "frameTableBytes") < 25.25);
  assert.ok(before < Number(32n * MIB), `${before} bytes of host memory`);
  assert.equal(kernel.call("validate"), FrameError.NONE);
  assert.notEqual(kernel.call("allocateBlock", 18, FrameOwner.USER), 0);
});

test("the frame table stays small where RAM is in pieces: 2 bits a frame for the allocator, 64 in all", () => {
  const kernel = machine(40n * MIB, [free(GIB + PAGE, GIB + 90n * MIB), free(5n * GIB, 5n * GIB + 7n * MIB)]);
  assert.ok(bitsPerFrame(kernel, "frameAllocatorBytes") <= 2);
  assert.ok(bitsPerFrame(kernel, "frameTableBytes") <= 64);
});

function bitsPerFrame(kernel: MemoryKernel, part: string): number {
  return (Number(kernel.wide(part)) * 8) / kernel.call("totalFrames");
}

test("memory from 4 GiB up goes first, then from the second area on, and the first 2 MiB last", () => {
  const kernel = machine(ARENA + ARENA_BYTES + 2n * MIB, [free(4n * GIB, 4n * GIB + 4n * MIB)]);
  const rank = (address: bigint) => (address >= 4n * GIB ? 0 : address >= 2n * MIB ? 1 : 2);
  const ranks = allocateEverything(kernel).map((frame) => rank(BigInt(frame) * PAGE));
  assert.deepEqual([ranks[0], ranks.at(-1)], [0, 2]);
  assert.deepEqual(ranks, ranks.toSorted());
});

test("everything can be allocated, each frame once, none of them reserved, and freed again", () => {
  const nvs = descriptor(EfiType.ACPI_NVS, 5n * MIB, MIB + PAGE);
  const kernel = machine(40n * MIB, [nvs, descriptor(EfiType.UNUSABLE, 30n * MIB + PAGE, 3n * PAGE)]);
  kernel.call("reclaimLoaderMemory");
  const before = kernel.call("freeFrames");
  const reserved = kernel.call("reservedFrames");
  const frames = allocateEverything(kernel);
  assert.equal(frames.length, before);
  assert.equal(new Set(frames).size, before);
  assert.equal(kernel.call("allocateBlock", 0, FrameOwner.USER), NONE);
  assert.equal(kernel.call("validate"), FrameError.NONE);
  assert.deepEqual([kernel.call("freeFrames"), kernel.call("reservedFrames")], [0, reserved]);
  const kept = readRanges(kernel).filter(
    ({ kind }) => !["free", "boot agent", "bootinfo", "handover tables"].includes(kind),
  );
  for (const frame of frames) {
    const at = BigInt(frame) * PAGE;
    assert.ok(!kept.some(({ first, last }) => first <= at && at <= last), `frame ${frame} is not the allocator's`);
  }
  for (const frame of frames) assert.equal(kernel.call("freeFrame", frame), FrameError.NONE);
  assert.equal(kernel.call("freeFrames"), before);
  assert.equal(kernel.call("validate"), FrameError.NONE);
});

function allocateEverything(kernel: MemoryKernel): number[] {
  const frames: number[] = [];
  for (let frame = kernel.call("allocateFrame", FrameOwner.USER); frame !== NONE;) {
    frames.push(frame);
    frame = kernel.call("allocateFrame", FrameOwner.USER);
  }
  return frames;
}

test("what the agent leaves is zeroed and freed, once", () => {
  const kernel = machine(40n * MIB);
  const first = Number(ARENA / PAGE);
  const agents = Array.from({ length: Number(ARENA_BYTES / PAGE) }, (_, i) => first + i).filter(
    (frame) => kernel.call("frameOwner", frame) === FrameOwner.LOADER,
  );
  for (const frame of agents) kernel.store(BigInt(frame) * PAGE + 8n * BigInt(frame % 512), 8, 0xd1d1n);
  assert.equal(kernel.call("freeFrame", agents[0]!), FrameError.RESERVED);
  assert.equal(kernel.call("ownedFrames", FrameOwner.LOADER), agents.length);
  assert.equal(kernel.call("reclaimLoaderMemory"), agents.length);
  for (const frame of agents) {
    assert.equal(kernel.wide("physLoad64", BigInt(frame) * PAGE + 8n * BigInt(frame % 512)), 0n, `frame ${frame}`);
    assert.equal(kernel.call("frameOwner", frame), FrameOwner.FREE);
  }
  assert.equal(kernel.call("reclaimLoaderMemory"), 0);
  assert.equal(kernel.call("validate"), FrameError.NONE);
});

test("blocks are aligned, and there is none where memory is broken up", () => {
  const kernel = machine(40n * MIB);
  for (let order = 0; order <= 11; order++) {
    const first = kernel.call("allocateBlock", order, FrameOwner.KERNEL_DATA);
    assert.equal(first % 2 ** order, 0);
    assert.equal(kernel.call("frameOwner", first + 2 ** order - 1), FrameOwner.KERNEL_DATA);
  }
  const free = kernel.call("freeFrames");
  for (const order of [12, 13, 18, 19, 63, 64, 0xffff_ffff])
    assert.equal(kernel.call("allocateBlock", order, FrameOwner.USER), NONE);
  assert.equal(kernel.call("freeFrames"), free);
  assert.equal(kernel.call("validate"), FrameError.NONE);
});

test("the trace tells of each allocation and each freeing", () => {
  const kernel = machine(40n * MIB);
  kernel.call("traceEverything");
  kernel.call("watchIfTraced");
  const frame = kernel.call("allocateFrame", FrameOwner.PAGE_TABLE);
  const block = kernel.call("allocateBlock", 3, FrameOwner.USER);
  kernel.call("freeBlock", block, 3);
  kernel.call("freeFrame", frame);
  kernel.call("freeFrame", frame);
  kernel.call("drainTrace");
  const records = Buffer.concat(kernel.instance.records);
  const told = Array.from({ length: records.length / 40 }, (_, i) => {
    const at = i * 40;
    return [records.readUInt16LE(at + 14), ...[16, 24, 32].map((field) => Number(records.readBigUInt64LE(at + field)))];
  });
  assert.deepEqual(told, [
    [64, frame, 0, FrameOwner.PAGE_TABLE],
    [64, block, 3, FrameOwner.USER],
    [65, block, 3, FrameOwner.USER],
    [65, frame, 0, FrameOwner.PAGE_TABLE],
  ]);
});

test("RAM beyond the last frame number is left out, and the log can say so", () => {
  const { instance } = startWordMachine(46);
  const end = 0xffff_ffffn * PAGE;
  const kernel = new MemoryKernel([], instance);
  const descriptors = [
    free(0n, ARENA),
    AGENT,
    free(ARENA + ARENA_BYTES, 64n * MIB),
    free(end - MIB, end + MIB),
    free(end + GIB, end + 2n * GIB),
  ];
  kernel.bringUp({ descriptors });
  assert.deepEqual(readAnomalies(kernel), { "beyond 16 TiB": 2 });
  assert.deepEqual(readRanges(kernel).at(-1), { first: end - MIB, last: end - 1n, kind: "free" });
  assert.equal(kernel.call("totalFrames"), Number((65n * MIB) / PAGE));
  assert.equal(kernel.call("validate"), FrameError.NONE);
  assert.equal(kernel.call("allocateFrame", FrameOwner.USER), Number((end - MIB) / PAGE));
  assert.equal(kernel.call("freeFrame", 0xffff_fffe), FrameError.RESERVED);
});

test("bring-up writes to the frame table alone, and in aligned words", () => {
  const { instance, written, zeroed } = startWordMachine(36);
  const kernel = new MemoryKernel([], instance);
  const odd = [1n, 2n, 3n, 4n, 5n, 6n, 7n].map((i) => descriptor(EfiType.ACPI_NVS, i * (MIB + PAGE), 100n * PAGE));
  const descriptors = [free(0n, ARENA), ...odd, AGENT, free(ARENA + ARENA_BYTES, 3n * GIB)];
  assert.equal(kernel.call("checkBootinfo", kernel.handOver({ descriptors })), 0);
  written.clear();
  assert.equal(kernel.call("readMemoryMap"), 0);
  assert.equal(kernel.call("framesInitialise"), 0);
  const first = kernel.wide("frameTableAddress");
  const end = first + kernel.wide("frameTableBytes");
  // All but the references, which are made as frames are shared.
  assert.ok(zeroed.size * Number(PAGE) * 8 <= kernel.call("totalFrames") * 10);
  for (const frame of [...written, ...zeroed])
    assert.ok(frame >= first && frame < end, `frame at 0x${frame.toString(16)}`);
});
