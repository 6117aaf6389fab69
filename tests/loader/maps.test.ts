import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import {
  BootAgentError,
  defaultFirmwareMap,
  type FirmwareDescriptor,
  type FirmwareMap,
  MemoryType,
} from "../../machine/firmware/index.ts";
import { buildLoaderWasm } from "../../tools/build/loader.ts";
import { boot, bootError, MEGABYTE, type Booted } from "./support/boot.ts";
import { readBootinfo, readMemoryMap } from "./support/bootinfo.ts";
import { walk } from "./support/walk.ts";

before(async () => {
  await buildLoaderWasm();
});

function describe(type: number, start: number | bigint, pages: number | bigint): FirmwareDescriptor {
  return { type, physicalStart: BigInt(start), pageCount: BigInt(pages), attribute: 0xfn };
}

/** 64 MiB from 16 MiB on: enough for the test kernel. */
const plenty = describe(MemoryType.CONVENTIONAL, 0x100_0000, 0x4000);

function hidden(descriptors: readonly FirmwareDescriptor[], stride = 48): FirmwareMap {
  return { stride, descriptors, allocations: "hidden" };
}

/** Frames that the direct map maps, each as its number. */
function mappedFrames({ ram, handover }: Booted): Set<bigint> {
  const { directMapVirtual, kernelVirtual } = readBootinfo(ram, handover.bootinfo);
  const frames = new Set<bigint>();
  for (const { virtual, physical, bytes } of walk(ram, handover.cr3)) {
    if (virtual >= kernelVirtual && virtual < kernelVirtual + 0x4000_0000n) continue;
    assert.equal(virtual, directMapVirtual + physical);
    for (let at = 0n; at < bytes; at += 4096n) frames.add((physical + at) >> 12n);
  }
  return frames;
}

/** The same from the descriptors, a frame at a time: RAM types are in, then every other type takes out what it touches. */
function expectedFrames(descriptors: readonly FirmwareDescriptor[]): Set<bigint> {
  const frames = new Set<bigint>();
  const isRam = ({ type }: FirmwareDescriptor): boolean => (type >= 1 && type <= 7) || [9, 10].includes(type);
  const each = (one: FirmwareDescriptor, visit: (frame: bigint) => void): void => {
    const first = one.physicalStart >> 12n;
    const extra = one.physicalStart % 4096n === 0n ? 0n : 1n;
    for (let frame = first; frame < first + one.pageCount + extra && frame < 1n << 20n; frame++) visit(frame);
  };
  for (const one of descriptors.filter(isRam)) {
    const end = one.physicalStart + one.pageCount * 4096n;
    if (one.physicalStart % 4096n === 0n && end <= 1n << 40n) each(one, (frame) => frames.add(frame));
  }
  for (const one of descriptors.filter((one) => !isRam(one))) each(one, (frame) => frames.delete(frame));
  return frames;
}

test("any stride is kept, and a hidden map reaches the kernel untouched", () => {
  const descriptors = [describe(MemoryType.MMIO, 0xfee0_0000, 1), plenty, describe(0x8000_0001, 0x900_0000, 3)];
  for (const stride of [40, 48, 64, 4096]) {
    const { ram, handover } = boot({ map: hidden(descriptors, stride) });
    const info = readBootinfo(ram, handover.bootinfo);
    assert.equal(info.descriptorStride, BigInt(stride));
    assert.equal(info.memoryMapBytes, BigInt(stride * 3));
    assert.deepEqual(readMemoryMap(ram, info), descriptors);
  }
});

test("a carved map differs only by what the agent took", () => {
  const map = defaultFirmwareMap(256 * MEGABYTE);
  const { ram, handover } = boot({ map });
  const after = readMemoryMap(ram, readBootinfo(ram, handover.bootinfo));
  const pagesBy = (descriptors: readonly FirmwareDescriptor[], types: readonly number[]): bigint =>
    descriptors.filter(({ type }) => types.includes(type)).reduce((sum, { pageCount }) => sum + pageCount, 0n);
  const ours = [MemoryType.CONVENTIONAL, MemoryType.LOADER_DATA];
  assert.equal(pagesBy(after, ours), pagesBy(map.descriptors, ours));
  const others = (descriptors: readonly FirmwareDescriptor[]): unknown =>
    descriptors.filter(({ type }) => !(ours as readonly number[]).includes(type));
  assert.deepEqual(others(after), others(map.descriptors));
});

test("maps of 1 and of 400 entries, in order and in reverse", () => {
  assert.equal(mappedFrames(boot({ map: hidden([plenty]) })).size, 0x4000);
  const many = Array.from({ length: 399 }, (_, index) =>
    describe(index % 2 ? MemoryType.RESERVED : MemoryType.BOOT_SERVICES_DATA, 0x800_0000 + index * 0x3000, 3),
  );
  for (const descriptors of [[plenty, ...many], [plenty, ...many].reverse()]) {
    const booted = boot({ map: hidden(descriptors) });
    assert.deepEqual(mappedFrames(booted), expectedFrames(descriptors));
    assert.equal(readMemoryMap(booted.ram, readBootinfo(booted.ram, booted.handover.bootinfo)).length, 400);
  }
});

test("zero-length, wrapping, unaligned and unknown descriptors leave the rest as it is", () => {
  const wild = [
    describe(MemoryType.CONVENTIONAL, 0x5000, 0),
    describe(MemoryType.CONVENTIONAL, 2n ** 64n - 4096n, 5),
    describe(MemoryType.CONVENTIONAL, 0, 2n ** 64n - 1n),
    describe(MemoryType.CONVENTIONAL, 2n ** 63n, 2n ** 52n),
    describe(MemoryType.MMIO, 2n ** 64n - 0x2000n, 2n ** 60n),
    describe(MemoryType.CONVENTIONAL, 0x123, 7),
    describe(0xffff_ffff, 0x300_0000, 16),
    describe(15, 0x110_0800, 1),
  ];
  const descriptors = [...wild, plenty];
  const frames = mappedFrames(boot({ map: hidden(descriptors) }));
  assert.deepEqual(frames, expectedFrames(descriptors));
  assert.equal(frames.size, 0x4000 - 16 - 2);
});

test("a map with a descriptor of another kind over everything leaves no memory", () => {
  const error = bootError({ map: hidden([plenty, describe(MemoryType.RESERVED, 0, 2n ** 52n)]) });
  assert.deepEqual([error.reason, error.status], ["OutOfMemory", 70]);
});

test("a kernel that just fits, fits", () => {
  const exactly = describe(MemoryType.CONVENTIONAL, 0x200_0000, 5 * 512);
  const rest = describe(MemoryType.CONVENTIONAL, 0x300_0000, 256);
  const { ram, handover } = boot({ map: hidden([exactly, rest]), config: "aslr=off\n" });
  assert.equal(readBootinfo(ram, handover.bootinfo).kernelPhysical, 0x200_0000n);
});

test("too little memory says how much was wanted", () => {
  const none = bootError({ map: defaultFirmwareMap(0) });
  assert.equal(
    none.message,
    "no room for a file: needs 4 KiB in one piece; 0 KiB were free in all, of the 16 MiB that a boot takes",
  );
  const little = bootError({ map: defaultFirmwareMap(8 * MEGABYTE) });
  assert.match(
    little.message,
    /^no room for the kernel: needs 12284 KiB in one piece; 7\d\d\d KiB were free in all, of the 16 MiB/,
  );
});

const wildDescriptor = fc.record(
  {
    type: fc.oneof(fc.nat(16), fc.constantFrom(0x7000_0000, 0x8000_0000, 0xffff_ffff)),
    physicalStart: fc.oneof(
      { weight: 8, arbitrary: fc.nat(0x6000).map((page) => BigInt(page) * 4096n) },
      { weight: 1, arbitrary: fc.nat(0x600_0000).map(BigInt) },
      { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) },
    ),
    pageCount: fc.oneof(
      { weight: 8, arbitrary: fc.nat(0x800).map(BigInt) },
      { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) },
    ),
    attribute: fc.constantFrom(0xfn, 0x1n, 0x8000_0000_0000_000fn),
  },
  { noNullPrototype: true },
);

/** Undefined when the map leaves too little memory to boot. */
function bootIfRoom(map: FirmwareMap): Booted | undefined {
  try {
    return boot({ map });
  } catch (error) {
    if (error instanceof BootAgentError && error.reason === "OutOfMemory") return undefined;
    throw error;
  }
}

test("any map: the direct map is what the map says is RAM, and the kernel sees the map as it was", () => {
  const maps = fc.record({
    stride: fc.constantFrom(40, 48, 64),
    around: fc.array(wildDescriptor, { maxLength: 40 }),
    position: fc.nat(40),
  });
  let bootCount = 0;
  fc.assert(
    fc.property(maps, ({ stride, around, position }) => {
      const descriptors = [...around.slice(0, position), plenty, ...around.slice(position)];
      const booted = bootIfRoom(hidden(descriptors, stride));
      if (booted === undefined) return;
      bootCount += 1;
      assert.deepEqual(mappedFrames(booted), expectedFrames(descriptors));
      const info = readBootinfo(booted.ram, booted.handover.bootinfo);
      assert.deepEqual(readMemoryMap(booted.ram, info), descriptors);
    }),
    { seed: 20, numRuns: 60 },
  );
  assert.ok(bootCount >= 5, `only ${bootCount} maps booted: the property shows nothing`);
});

test("a good map in any order boots", () => {
  const descriptors = [
    plenty,
    ...Array.from({ length: 12 }, (_, index) => describe(index, 0x40_0000 + index * 0x5000, 5)),
  ];
  fc.assert(
    fc.property(fc.shuffledSubarray(descriptors, { minLength: descriptors.length }), (shuffled) => {
      const booted = boot({ map: { stride: 48, descriptors: shuffled } });
      assert.deepEqual(mappedFrames(booted), expectedFrames(shuffled));
    }),
    { seed: 3, numRuns: 15 },
  );
});
