import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  BadFirmwareFile,
  BadMemorySize,
  defaultFirmwareMap,
  formatFirmwareMap,
  MemoryType,
  parseFirmwareMap,
  ramRanges,
  readFirmwareFile,
} from "../../machine/firmware/index.ts";
import { recordedMapFile } from "../../machine/firmware/default-map.ts";
import { MEGABYTE } from "./support/boot.ts";

const head = { schema: "nitros-firmware-map", version: 1 };

test("the smallest file, and every form of a number", () => {
  const descriptors = [
    { type: "conventional", start: "0x100000", pages: 16 },
    { type: 4294967295, start: "18446744073709551615", pages: "0xffffffffffffffff", attribute: "0x1" },
  ];
  assert.deepEqual(parseFirmwareMap(JSON.stringify({ ...head, descriptors }), "x"), {
    stride: 48,
    allocations: "hidden",
    descriptors: [
      { type: 7, physicalStart: 0x10_0000n, pageCount: 16n, attribute: 0xfn },
      { type: 0xffff_ffff, physicalStart: 2n ** 64n - 1n, pageCount: 2n ** 64n - 1n, attribute: 1n },
    ],
  });
  assert.deepEqual(parseFirmwareMap(JSON.stringify({ ...head, descriptors: [] }), "x").descriptors, []);
});

test("what formatFirmwareMap writes reads back the same", () => {
  // Where memory modules answer is not written: a map of one's own need not be a PC's.
  const { installed, ...map } = defaultFirmwareMap(5000 * MEGABYTE);
  assert.equal(installed?.length, 2);
  assert.deepEqual(parseFirmwareMap(formatFirmwareMap(map, "a test"), "x"), map);
  const withTables = { ...map, tables: { SRAT: Uint8Array.from({ length: 48 }, (_, at) => at) } };
  assert.deepEqual(parseFirmwareMap(formatFirmwareMap(withTables, "a test"), "x"), withTables);
});

const bad: Readonly<Record<string, readonly [value: unknown, message: RegExp]>> = {
  "an array": [[], /the file: want an object; found \[\]/],
  "no schema": [{ version: 1, descriptors: [] }, /schema: want "nitros-firmware-map"; found nothing/],
  "a later version": [{ ...head, version: 2, descriptors: [] }, /version: want 1; found 2/],
  "no descriptors": [head, /descriptors: want an array; found nothing/],
  "an unknown key": [{ ...head, descriptors: [], strid: 40 }, /want only .*found "strid"/],
  "too small a stride": [
    { ...head, stride: 32, descriptors: [] },
    /stride: want a multiple of 8 from 40 to 4096; found 32/,
  ],
  "an odd stride": [{ ...head, stride: 44, descriptors: [] }, /stride: .*found 44/],
  "another style": [
    { ...head, allocations: "open", descriptors: [] },
    /allocations: want "hidden" or "carved"; found "open"/,
  ],
  "a table that nobody reads": [{ ...head, descriptors: [], tables: { FACP: "" } }, /tables: want only .*"FACP"/],
  "a table that is not base64": [{ ...head, descriptors: [], tables: { SRAT: "?" } }, /tables\.SRAT: .* base64; found/],
  "half a header": [{ ...head, descriptors: [], tables: { SLIT: "U0xJVA==" } }, /tables\.SLIT: want 36 to 65536/],
  "a number for a descriptor": [{ ...head, descriptors: [3] }, /descriptors\[0\]: want an object; found 3/],
  "an unknown type": [
    { ...head, descriptors: [{ type: "ram", start: 0, pages: 1 }] },
    /descriptors\[0\]\.type: .*found "ram"/,
  ],
  "a type from Object": [
    { ...head, descriptors: [{ type: "toString", start: 0, pages: 1 }] },
    /\.type: .*found "toString"/,
  ],
  "no start": [{ ...head, descriptors: [{ type: 7, pages: 1 }] }, /descriptors\[0\]\.start: .*found nothing/],
  "a negative count": [
    { ...head, descriptors: [{ type: 7, start: 0, pages: -1 }] },
    /descriptors\[0\]\.pages: .*found -1/,
  ],
  "more than 64 bits": [
    { ...head, descriptors: [{ type: 7, start: "18446744073709551616", pages: 1 }] },
    /\.start: .*found "18446744073709551616"/,
  ],
  "a number that JSON does not hold": [
    { ...head, descriptors: [{ type: 7, start: 2 ** 60, pages: 1 }] },
    /\.start: want a u64/,
  ],
};

for (const [name, [value, message]] of Object.entries(bad)) {
  test(`a file with ${name} is refused`, () => {
    const parse = (): unknown => parseFirmwareMap(JSON.stringify(value), "map.json");
    assert.throws(parse, (error) => {
      assert.ok(error instanceof BadFirmwareFile);
      assert.equal(error.status, 64);
      assert.ok(error.message.startsWith("map.json: "));
      assert.match(error.message, message);
      return true;
    });
  });
}

test("a file that is missing, or not JSON", () => {
  const folder = mkdtempSync(join(tmpdir(), "nitros-map-"));
  try {
    const file = join(folder, "map.json");
    assert.throws(() => readFirmwareFile(file), { name: "BadFirmwareFile", message: /cannot be read/ });
    writeFileSync(file, "{");
    assert.throws(() => readFirmwareFile(file), { name: "BadFirmwareFile", message: /is not JSON/ });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the default map has the memory asked for, less the hole below 1 MiB, as q35 lays it out", () => {
  const hole = 0x6_0000n;
  for (const megabytes of [2, 8, 95, 96, 128, 512, 2815, 2816, 3072, 4096, 65536]) {
    const ranges = ramRanges(defaultFirmwareMap(megabytes * MEGABYTE));
    const total = ranges.reduce((sum, { start, end }) => sum + end - start, 0n);
    assert.equal(total, BigInt(megabytes * MEGABYTE) - hole, `${megabytes} MiB`);
    const lowEnd = megabytes < 2816 ? megabytes * MEGABYTE : 0x8000_0000;
    assert.equal(ranges[1]!.end, BigInt(lowEnd));
    const isSplit = ranges.length === 3;
    assert.equal(isSplit, megabytes >= 2816);
    if (isSplit) assert.equal(ranges[2]!.start, 1n << 32n);
  }
});

test("with as much memory as it was recorded with, the default map is the recording", () => {
  const recorded = readFirmwareFile(recordedMapFile);
  const installed = [{ start: 0n, end: 512n << 20n }];
  assert.deepEqual(defaultFirmwareMap(512 * MEGABYTE), { ...recorded, installed });
  assert.ok(recorded.descriptors.length > 100);
  for (const type of [
    MemoryType.ACPI_RECLAIM,
    MemoryType.ACPI_NVS,
    MemoryType.RUNTIME_SERVICES_CODE,
    MemoryType.MMIO,
  ]) {
    assert.ok(recorded.descriptors.some((one) => one.type === type));
  }
});

test("no memory is an empty machine, and nonsense is refused", () => {
  assert.deepEqual(ramRanges(defaultFirmwareMap(0)), []);
  for (const size of [-1, 0.5, NaN, Infinity, 2 ** 40]) assert.throws(() => defaultFirmwareMap(size), BadMemorySize);
});
