import assert from "node:assert/strict";
import { test } from "node:test";
import { BootinfoAt } from "../../kernel/bootinfo/layout.ts";
import { MapError } from "../../kernel/memory-map/errors.ts";
import { assertNormal, readAnomalies, readRanges, type Range } from "../support/map-table.ts";
import {
  AGENT,
  ARENA,
  ARENA_BYTES,
  descriptor,
  EfiType,
  GIB,
  MemoryKernel,
  MIB,
  MODULES_AT,
  PAGE,
  type Descriptor,
  type Handover,
} from "../support/memory-kernel.ts";

/** The memory map, by example: one oddity of firmware a test. The model test beside this one mixes them. */

const RAM = [{ first: ARENA, bytes: ARENA_BYTES }];
const ABOVE = ARENA + ARENA_BYTES;

/** Reads a map of the agent's memory and what the test adds. */
function read(
  others: readonly Descriptor[],
  handover: Partial<Handover> = {},
): { kernel: MemoryKernel; error: number } {
  const kernel = new MemoryKernel(RAM);
  const block = kernel.handOver({ descriptors: [AGENT, ...others], ...handover });
  assert.equal(
    kernel.call("checkBootinfo", block),
    0,
    kernel.text("bootinfoErrorText", kernel.call("checkBootinfo", block)),
  );
  return { kernel, error: kernel.call("readMemoryMap") };
}

/** The ranges outside the agent's memory. */
function rangesOf(others: readonly Descriptor[], handover: Partial<Handover> = {}): Range[] {
  const { kernel, error } = read(others, handover);
  assert.equal(error, MapError.NONE, kernel.text("mapErrorText", error));
  const ranges = readRanges(kernel);
  assertNormal(ranges);
  return ranges.filter(({ first }) => first < ARENA || first >= ABOVE);
}

function range(kind: string, first: bigint, bytes: bigint): Range {
  return { first, last: first + bytes - 1n, kind };
}

const free = (start: bigint, bytes: bigint) => descriptor(EfiType.CONVENTIONAL, start, bytes);

test("what the agent handed over is cut out of its memory", () => {
  const { kernel, error } = read([], { modules: 2 });
  assert.equal(error, MapError.NONE);
  const kinds = readRanges(kernel).map(({ kind }) => kind);
  assert.deepEqual(kinds, [
    "kernel",
    "bootinfo",
    "boot agent",
    "bootinfo",
    "boot agent",
    "handover tables",
    "boot agent",
    "module",
    "boot agent",
  ]);
});

test("every type of UEFI 2.10 becomes a kind", () => {
  const kinds: [type: number, kind: string][] = [
    [EfiType.RESERVED, "reserved"],
    [EfiType.LOADER_CODE, "boot agent"],
    [EfiType.LOADER_DATA, "boot agent"],
    [EfiType.BOOT_CODE, "free"],
    [EfiType.BOOT_DATA, "free"],
    [EfiType.RUNTIME_CODE, "runtime services"],
    [EfiType.RUNTIME_DATA, "runtime services"],
    [EfiType.CONVENTIONAL, "free"],
    [EfiType.UNUSABLE, "unusable"],
    [EfiType.ACPI_RECLAIM, "ACPI tables"],
    [EfiType.ACPI_NVS, "ACPI NVS"],
    [EfiType.MMIO, "MMIO"],
    [EfiType.MMIO_PORTS, "MMIO"],
    [EfiType.PAL, "reserved"],
    [EfiType.PERSISTENT, "persistent"],
    [EfiType.UNACCEPTED, "unaccepted"],
    [16, "reserved"],
  ];
  for (const [type, kind] of kinds) {
    const at = ABOVE + 2n * MIB;
    assert.deepEqual(rangesOf([descriptor(type, at, MIB)]), [range(kind, at, MIB)], `type ${type}`);
  }
});

test("memory that runtime services need stays theirs, whatever its type", () => {
  const needed = { ...free(ABOVE, MIB), attribute: 0x8000_0000_0000_000fn };
  const ports = { ...descriptor(EfiType.MMIO, ABOVE + MIB, MIB), attribute: 0x8000_0000_0000_0001n };
  assert.deepEqual(rangesOf([needed, ports]), [range("runtime services", ABOVE, MIB), range("MMIO", ABOVE + MIB, MIB)]);
});

test("neighbours of one kind are one range, in whatever order they come", () => {
  const parts = [3n, 1n, 0n, 2n].map((i) =>
    descriptor(i % 2n === 0n ? EfiType.BOOT_DATA : EfiType.CONVENTIONAL, ABOVE + i * MIB, MIB),
  );
  const { kernel } = read(parts);
  assert.deepEqual(readAnomalies(kernel), { "out of order": 2 });
  assert.deepEqual(rangesOf(parts), [range("free", ABOVE, 4n * MIB)]);
});

test("where descriptors overlap, the more restrictive kind holds", () => {
  const others = [
    free(ABOVE, 8n * MIB),
    descriptor(EfiType.ACPI_NVS, ABOVE + MIB, 2n * MIB),
    descriptor(EfiType.MMIO, ABOVE + 2n * MIB, 2n * MIB),
  ];
  assert.deepEqual(rangesOf(others), [
    range("free", ABOVE, MIB),
    range("ACPI NVS", ABOVE + MIB, MIB),
    range("MMIO", ABOVE + 2n * MIB, 2n * MIB),
    range("free", ABOVE + 4n * MIB, 4n * MIB),
  ]);
  const { kernel } = read(others);
  assert.deepEqual(readAnomalies(kernel), { overlapping: 2 });
  assert.equal(kernel.wide("anomalyFirst", 7), ABOVE + MIB);
});

test("a descriptor of no length is dropped and counted", () => {
  const others = [free(ABOVE, 0n), free(ABOVE + MIB, MIB)];
  assert.deepEqual(rangesOf(others), [range("free", ABOVE + MIB, MIB)]);
  assert.deepEqual(readAnomalies(read(others).kernel), { "of no length": 1 });
});

test("an unknown type is reserved, and the log can name it", () => {
  const others = [descriptor(0x8000_0001, ABOVE, MIB)];
  assert.deepEqual(rangesOf(others), [range("reserved", ABOVE, MIB)]);
  const { kernel } = read(others);
  assert.deepEqual(readAnomalies(kernel), { "of unknown type": 1 });
  assert.equal(kernel.wide("anomalyFirst", 6), 0x8000_0001n);
});

const TOP = 1n << 40n;
const disbelieved: readonly {
  what: string;
  start: bigint;
  pages: bigint;
  last: bigint;
  noted: Record<string, number>;
}[] = [
  { what: "wraps", start: TOP - MIB, pages: (1n << 52n) - 1n, last: TOP, noted: { "wrapping around 2^64": 1 } },
  {
    what: "crosses this CPU's last address",
    start: TOP - MIB,
    pages: 512n,
    last: TOP,
    noted: { "beyond the CPU's physical addresses": 1 },
  },
  {
    what: "starts inside a page",
    start: ABOVE + MIB + 0x123n,
    pages: 4n,
    last: ABOVE + MIB + 5n * PAGE,
    noted: { "not page-aligned": 1 },
  },
];

for (const { what, start, pages, last, noted } of disbelieved) {
  test(`RAM that ${what} is not believed: left out if usable, else reserved; anything else is bounded`, () => {
    const first = start - (start % PAGE);
    const kinds: [type: number, kind: string | undefined][] = [
      [EfiType.CONVENTIONAL, undefined],
      [EfiType.LOADER_DATA, undefined],
      [EfiType.BOOT_CODE, undefined],
      [EfiType.ACPI_NVS, "reserved"],
      [EfiType.ACPI_RECLAIM, "reserved"],
      [EfiType.RUNTIME_DATA, "reserved"],
      [EfiType.MMIO, "MMIO"],
      [EfiType.PERSISTENT, "persistent"],
    ];
    for (const [type, kind] of kinds) {
      const others = [{ type, start, pages }];
      assert.deepEqual(rangesOf(others), kind === undefined ? [] : [range(kind, first, last - first)], `type ${type}`);
      assert.deepEqual(readAnomalies(read(others).kernel), noted);
    }
  });
}

test("RAM that ends with the last address is believed", () => {
  assert.deepEqual(rangesOf([free(TOP - MIB, MIB)]), [range("free", TOP - MIB, MIB)]);
  assert.deepEqual(readAnomalies(read([free(TOP - MIB, MIB)]).kernel), {});
});

test("the last page of 2^64 does not wrap, but is beyond this CPU", () => {
  const others = [descriptor(EfiType.MMIO, (1n << 64n) - PAGE, PAGE)];
  assert.deepEqual(rangesOf(others), []);
  assert.deepEqual(readAnomalies(read(others).kernel), { "beyond the CPU's physical addresses": 1 });
});

for (const stride of [40, 48, 64, 4096]) {
  test(`descriptors ${stride} bytes apart`, () => {
    const others = [free(0n, 16n * MIB), free(ABOVE, 8n * MIB), descriptor(EfiType.MMIO, 0xe000_0000n, 256n * MIB)];
    const expected = [
      range("low memory", 0n, 2n * PAGE),
      range("free", 2n * PAGE, 16n * MIB - 2n * PAGE),
      range("free", ABOVE, 8n * MIB),
      range("MMIO", 0xe000_0000n, 256n * MIB),
    ];
    assert.deepEqual(rangesOf(others, { stride }), expected);
  });
}

/** `count` descriptors in all: the agent's, then one page in three, high ones first. */
function scattered(count: number): Descriptor[] {
  return Array.from({ length: count - 1 }, (_, i) => free(ABOVE + BigInt(3 * (count - i)) * PAGE, PAGE));
}

for (const count of [1, 2, 400, 1024]) {
  test(`a map of ${count} descriptors, full of holes`, () => {
    assert.equal(rangesOf(scattered(count)).length, count - 1);
  });
}

test("1024 descriptors and 64 modules, nothing to merge: the tables hold them", () => {
  const { kernel, error } = read(scattered(1024), { modules: 64, stride: 40 });
  assert.equal(error, MapError.NONE);
  assertNormal(readRanges(kernel));
});

test("1025 descriptors are refused, by number", () => {
  const { kernel, error } = read(scattered(1025), { stride: 40 });
  assert.equal(error, MapError.TOO_MANY_DESCRIPTORS);
  assert.equal(kernel.wide("mapFound"), 1025n);
  assert.equal(kernel.wide("mapAllowed"), 1024n);
});

test("a map without usable memory is refused", () => {
  const { kernel, error } = read([], { descriptors: [descriptor(EfiType.MMIO, 0n, GIB), free(4n * GIB, 0n)] });
  assert.equal(error, MapError.NO_RAM);
  assert.equal(kernel.wide("mapFound"), 2n);
});

test("a kernel in memory that is not the agent's is refused, by address", () => {
  const bad = ARENA + 3n * MIB;
  const { kernel, error } = read([descriptor(EfiType.MMIO, bad, PAGE)]);
  assert.equal(error, MapError.CLAIM_OUTSIDE_RAM);
  assert.equal(kernel.wide("mapFound"), bad);
});

const overlaps: readonly { what: string; at: number | bigint; value: bigint; found: bigint }[] = [
  { what: "a module inside the kernel", at: MODULES_AT, value: ARENA + MIB, found: ARENA + MIB },
  {
    what: "handover tables over bootinfo",
    at: BootinfoAt.loaderTables,
    value: ARENA + 4n * MIB,
    found: ARENA + 4n * MIB,
  },
  {
    what: "a module over the memory map",
    at: MODULES_AT,
    value: ARENA + 4n * MIB + PAGE,
    found: ARENA + 4n * MIB + 2n * PAGE,
  },
];

for (const { what, at, value, found } of overlaps) {
  test(`refused, by address: ${what}`, () => {
    const kernel = new MemoryKernel(RAM);
    const block = kernel.handOver({ descriptors: [AGENT], modules: 1 }, [{ at, bytes: 8, value }]);
    assert.equal(kernel.call("checkBootinfo", block), 0);
    assert.equal(kernel.call("readMemoryMap"), MapError.CLAIMS_OVERLAP);
    assert.equal(kernel.wide("mapFound"), found);
  });
}

test("two modules may be one image", () => {
  const kernel = new MemoryKernel(RAM);
  const image = ARENA + 5n * MIB;
  const block = kernel.handOver({ descriptors: [AGENT], modules: 2 }, [
    { at: MODULES_AT + 64, bytes: 8, value: image },
  ]);
  assert.equal(kernel.call("checkBootinfo", block), 0);
  assert.equal(kernel.call("readMemoryMap"), MapError.NONE);
  assert.equal(kernel.wide("modulePhysical", 0), kernel.wide("modulePhysical", 1));
});

test("the page for starting processors is the lowest free one below 640 KiB", () => {
  const low = (others: readonly Descriptor[]) => {
    const { kernel, error } = read(others);
    assert.equal(error, MapError.NONE);
    return kernel.wide("trampolineAddress");
  };
  assert.equal(low([free(0n, MIB)]), PAGE);
  assert.equal(low([descriptor(EfiType.ACPI_NVS, 0n, 0x5000n), free(0x5000n, MIB)]), 0x5000n);
  assert.equal(low([free(0xa_0000n, MIB)]), 0n);
  assert.equal(low([]), 0n);
});
