import assert from "node:assert/strict";
import { before, test } from "node:test";
import { buildLoaderWasm } from "../../tools/build/loader.ts";
import { defaultFirmwareMap, MemoryType, ramRanges } from "../../machine/firmware/index.ts";
import { readBootinfo, readMemoryMap, readModules, readSegments } from "./support/bootinfo.ts";
import {
  boot,
  KERNEL_ENTRY,
  kernelElf,
  kernelSegments,
  LARGE_PAGE,
  MEGABYTE,
  programElf,
  textBytes,
} from "./support/boot.ts";
import { coalesce, walk } from "./support/walk.ts";

const KERNEL_BYTES = 5n * BigInt(LARGE_PAGE);
const programs = [
  { name: "hello", image: programElf(1) },
  { name: "null-read", image: programElf(2) },
];

before(async () => {
  await buildLoaderWasm();
});

test("bootinfo, field by field", () => {
  const { ram, handover } = boot({ programs });
  const info = readBootinfo(ram, handover.bootinfo);
  assert.equal(handover.bootinfo % 4096n, 0n);
  assert.equal(info.magic, BigInt("0x" + Buffer.from("NITRBOOT").reverse().toString("hex")));
  assert.equal(info.version, 1n);
  assert.equal(info.size, 216n);
  assert.equal(info.descriptorStride, 48n);
  assert.equal(info.descriptorVersion, 1n);
  assert.equal(info.kernelPhysical % BigInt(LARGE_PAGE), 0n);
  assert.equal(info.kernelVirtual % BigInt(LARGE_PAGE), 0n);
  assert.ok(info.kernelVirtual >= 0xffff_8000_0000_0000n && info.kernelVirtual < 0xffff_9000_0000_0000n - KERNEL_BYTES);
  assert.equal(info.kernelBytes, KERNEL_BYTES);
  assert.equal(info.kernelSegmentCount, 4n);
  assert.equal(info.moduleCount, 2n);
  assert.equal(info.directMapVirtual % (1n << 30n), 0n);
  assert.ok(info.directMapVirtual >= 0xffff_a000_0000_0000n && info.directMapVirtual < 0xffff_c000_0000_0000n);
  assert.equal(info.seed, 1n);
  assert.equal(info.flags, 1n);
  assert.equal(info.cpuLimit, 1n);
  assert.equal(info.turnMilliseconds, 10n);
  assert.equal(info.patienceMilliseconds, 30_000n);
  assert.equal(info.loaderTables, handover.cr3);
  assert.equal(info.loaderTablesBytes % 4096n, 0n);
  for (const name of ["srat", "slit", "framebuffer", "framebufferBytes", "crash", "failAllocation"] as const) {
    assert.equal(info[name], 0n, name);
  }
  assert.equal(handover.entry, info.kernelVirtual + BigInt(KERNEL_ENTRY));
});

test("segments are sorted, without gaps, and hold the file's bytes and zeros after them", () => {
  const { ram, handover } = boot();
  const info = readBootinfo(ram, handover.bootinfo);
  const rights = [5, 4, 0x0010_0006, 6];
  let offset = 0n;
  readSegments(ram, info).forEach((segment, index) => {
    assert.equal(segment.virtual, info.kernelVirtual + offset);
    assert.equal(segment.physical, info.kernelPhysical + offset);
    assert.equal(segment.rights, rights[index]);
    const { bytes } = kernelSegments()[index]!;
    assert.deepEqual(ram.bytes(segment.physical, bytes.length), bytes);
    const rest = ram.bytes(segment.physical + BigInt(bytes.length), Number(segment.bytes) - bytes.length);
    assert.ok(
      rest.every((byte) => byte === 0),
      "the rest is zero",
    );
    offset += segment.bytes;
  });
  assert.equal(offset, info.kernelBytes);
});

test("modules are the files, in the order of boot.cfg, one twice if it is named twice", () => {
  const twice = [programs[1]!, programs[0]!, programs[1]!];
  const { ram, handover } = boot({ programs: twice });
  const modules = readModules(ram, readBootinfo(ram, handover.bootinfo));
  assert.deepEqual(
    modules.map(({ name }) => name),
    ["null-read", "hello", "null-read"],
  );
  modules.forEach((module, index) => {
    assert.equal(module.physical % 4096n, 0n);
    assert.equal(module.bytes, BigInt(twice[index]!.image.length));
    assert.deepEqual(ram.bytes(module.physical, Number(module.bytes)), twice[index]!.image);
  });
  assert.notEqual(modules[0]!.physical, modules[2]!.physical);
});

test("what bootinfo speaks of lies in EfiLoaderData, and nothing overlaps", () => {
  const { ram, handover } = boot({ programs });
  const info = readBootinfo(ram, handover.bootinfo);
  const things = [
    { start: handover.bootinfo, bytes: 216n },
    { start: info.kernelSegments, bytes: 4n * 32n },
    { start: info.modules, bytes: 2n * 64n },
    { start: info.memoryMap, bytes: info.memoryMapBytes },
    { start: info.kernelPhysical, bytes: info.kernelBytes },
    { start: info.loaderTables, bytes: info.loaderTablesBytes },
    ...readModules(ram, info).map(({ physical, bytes }) => ({ start: physical, bytes })),
  ];
  const loaderData = readMemoryMap(ram, info).filter(({ type }) => type === MemoryType.LOADER_DATA);
  for (const { start, bytes } of things) {
    const isCovered = loaderData.some(
      (one) => one.physicalStart <= start && start + bytes <= one.physicalStart + one.pageCount * 4096n,
    );
    assert.ok(isCovered, `0x${start.toString(16)} is in loader data`);
  }
  things.sort((a, b) => Number(a.start - b.start));
  things.slice(1).forEach((thing, index) => assert.ok(things[index]!.start + things[index]!.bytes <= thing.start));
});

test("the handover tables map all RAM, and only RAM, at the direct map, and the kernel", () => {
  for (const megabytes of [128, 3000, 5000]) {
    const map = defaultFirmwareMap(megabytes * MEGABYTE);
    const { ram, handover } = boot({ map });
    const info = readBootinfo(ram, handover.bootinfo);
    const mappings = walk(ram, handover.cr3);
    assert.ok(mappings.every(({ flags }) => (flags & 0xf7fn) === 3n));
    const runs = coalesce(mappings);
    assert.deepEqual(runs[0], {
      virtual: info.kernelVirtual,
      start: info.kernelPhysical,
      end: info.kernelPhysical + info.kernelBytes,
    });
    assert.ok(mappings.slice(0, 5).every(({ bytes }) => bytes === BigInt(LARGE_PAGE)));
    const reserved = map.descriptors.filter(({ type }) => type === MemoryType.RESERVED);
    for (const run of runs.slice(1)) assert.equal(run.virtual, info.directMapVirtual + run.start);
    const mapped = runs.slice(1).reduce((sum, { start, end }) => sum + end - start, 0n);
    const ramBytes = ramRanges(map).reduce((sum, { start, end }) => sum + end - start, 0n);
    const reservedRam = reserved
      .filter(({ attribute }) => attribute === 0xfn)
      .reduce((sum, { pageCount }) => sum + pageCount * 4096n, 0n);
    assert.equal(mapped, ramBytes - reservedRam);
  }
});

test("the lower half is the firmware's", () => {
  const { ram, handover } = boot();
  const low = coalesce(walk(ram, handover.cr3, 0).filter(({ virtual }) => virtual < 1n << 47n));
  assert.deepEqual(low, [{ virtual: 0n, start: 0n, end: 1n << 32n }]);
});

test("a CPU with 1 GiB pages gets them where a whole GiB is RAM", () => {
  const registers: Record<number, readonly number[]> = {
    0x8000_0000: [0x8000_0008, 0, 0, 0],
    0x8000_0001: [0, 0, 0, 1 << 26],
    0x8000_0008: [40, 0, 0, 0],
  };
  const cpuid = (leaf: number, _subleaf: number, register: number): number => registers[leaf]?.[register] ?? 0;
  const map = defaultFirmwareMap(5000 * MEGABYTE);
  const large = boot({ map, options: { cpuid } });
  const plain = boot({ map });
  const mappings = walk(large.ram, large.handover.cr3);
  const gigabytes = mappings.filter(({ bytes }) => bytes === 1n << 30n).map(({ physical }) => physical >> 30n);
  // The second GiB holds the firmware's own, some of it reserved.
  assert.deepEqual(gigabytes, [4n, 5n]);
  const physical = (one: typeof large): unknown => coalesce(walk(one.ram, one.handover.cr3)).slice(1);
  assert.deepEqual(physical(large), physical(plain));
});

test("one seed gives one layout, whatever the kernel's size; another gives another", () => {
  const layout = (config: string, extra = 0): bigint[] => {
    const segments = kernelSegments();
    const last = segments.pop()!;
    const longer = { ...last, memoryBytes: last.memoryBytes! + extra };
    const { ram, handover } = boot({ config, kernel: kernelElf([...segments, longer]) });
    const info = readBootinfo(ram, handover.bootinfo);
    return [info.kernelVirtual, info.directMapVirtual];
  };
  assert.deepEqual(layout("seed=0x5\n"), layout("seed=0x5\n", 3 * LARGE_PAGE));
  assert.notDeepEqual(layout("seed=0x5\n"), layout("seed=0x6\n"));
  assert.deepEqual(layout("aslr=off\n"), [0xffff_8000_0000_0000n, 0xffff_a000_0000_0000n]);
});

test("without a seed the machine's entropy decides, and the kernel is told to draw its own", () => {
  const withEntropy = (entropy: bigint): [bigint, bigint] => {
    const { ram, handover } = boot({ config: "colour=on\n", options: { entropy64: () => entropy } });
    const info = readBootinfo(ram, handover.bootinfo);
    return [info.kernelVirtual, info.flags];
  };
  assert.notEqual(withEntropy(1n)[0], withEntropy(2n)[0]);
  assert.equal(withEntropy(1n)[1], 4n);
});

test("boot.cfg: comments, blanks, line ends of both kinds, no last line end, every key", () => {
  const config =
    "# a comment\r\n\r\n  seed=0xFFFFffffFFFFffff  \r\naslr=off\ncolour=on\ntrace=on\ncpus=12\nturn=10000\npatience=3600000\ncrash=stack-overflow\nfail-allocation=4294967295\n program=hello";
  const { ram, handover } = boot({ programs, config });
  const info = readBootinfo(ram, handover.bootinfo);
  assert.equal(info.seed, 2n ** 64n - 1n);
  assert.equal(info.flags, 1n | 2n | 4n | 8n);
  assert.equal(info.cpuLimit, 12n);
  assert.equal(info.turnMilliseconds, 10_000n);
  assert.equal(info.patienceMilliseconds, 3_600_000n);
  assert.equal(info.crash, 4n);
  assert.equal(info.failAllocation, 2n ** 32n - 1n);
  assert.deepEqual(
    readModules(ram, info).map(({ name }) => name),
    ["hello"],
  );
});

test("the most programs that there can be, with the longest names", () => {
  const many = Array.from({ length: 64 }, (_, index) => ({
    name: `p${index}`.padEnd(47, "x"),
    image: programElf(index + 1),
  }));
  const { ram, handover } = boot({ programs: many });
  const modules = readModules(ram, readBootinfo(ram, handover.bootinfo));
  assert.deepEqual(
    modules.map(({ name }) => name),
    many.map(({ name }) => name),
  );
});

test("file names are found whatever their case, as on FAT", () => {
  const edit = (disk: Map<string, Uint8Array>): void => {
    disk.set("\\NITROS\\KERNEL.ELF", disk.get("\\nitros\\kernel.elf")!);
    disk.delete("\\nitros\\kernel.elf");
  };
  const { ram, handover } = boot({ edit });
  const info = readBootinfo(ram, handover.bootinfo);
  assert.deepEqual(ram.bytes(info.kernelPhysical, 16), textBytes.subarray(0, 16));
});
