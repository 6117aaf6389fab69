import assert from "node:assert/strict";
import { before, test } from "node:test";
import {
  BootAgentError,
  type FirmwareDescriptor,
  type FirmwareFaults,
  MemoryType,
} from "../../machine/firmware/index.ts";
import { buildLoaderWasm } from "../../tools/build/loader.ts";
import { boot, bootError, programElf, type Scenario } from "./support/boot.ts";
import { readBootinfo, readMemoryMap, readModules } from "./support/bootinfo.ts";

before(async () => {
  await buildLoaderWasm();
});

const programs = [{ name: "hello", image: programElf() }];

function withFaults(faults: FirmwareFaults): Scenario {
  return { programs, options: { faults } };
}

test("a stale map key is tried again, and the kernel gets the map that was true at the end", () => {
  const bootServicesPages = (staleMapKeys: number): bigint => {
    const { ram, handover } = boot(withFaults({ staleMapKeys }));
    const map = readMemoryMap(ram, readBootinfo(ram, handover.bootinfo));
    return map
      .filter(({ type }) => type === MemoryType.BOOT_SERVICES_DATA)
      .reduce((sum, { pageCount }) => sum + pageCount, 0n);
  };
  // The modelled firmware takes a page each time.
  const usual = bootServicesPages(0);
  for (const times of [1, 2, 15]) assert.equal(bootServicesPages(times), usual + BigInt(times));
});

test("a map that never stops changing is given up, in words that need no firmware", () => {
  const error = bootError(withFaults({ staleMapKeys: 1000 }));
  assert.deepEqual([error.reason, error.status], ["ExitRefused", 70]);
  assert.match(error.message, /went stale 16 times/);
});

test("a processor with five levels of tables is refused: their number cannot change while paging is on", () => {
  const error = bootError(withFaults({ fiveLevels: true }));
  assert.equal(error.reason, "FiveLevelPaging");
  assert.match(error.message, /CR4\.LA57 set; turn 5-level paging off/);
});

/** Bytes from the last RAM of the usual map on: nothing of the firmware's lies there. */
const LATE_START = 0x1_0000_0000n;

function lateMemory(type: number, physicalStart: bigint, pageCount: bigint): Scenario {
  return withFaults({ lateMemory: { type, physicalStart, pageCount, attribute: 0xfn } });
}

/** The map that the kernel gets, without what the firmware had before. */
function lateDescriptors(scenario: Scenario): { type: number; first: bigint; pages: bigint }[] {
  const before = readMap({});
  const same = (one: FirmwareDescriptor, other: FirmwareDescriptor): boolean =>
    one.type === other.type && one.physicalStart === other.physicalStart && one.pageCount === other.pageCount;
  return readMap(scenario)
    .filter((one) => !before.some((other) => same(one, other)))
    .map(({ type, physicalStart, pageCount }) => ({ type, first: physicalStart, pages: pageCount }));
}

function readMap(scenario: Scenario): FirmwareDescriptor[] {
  const { ram, handover } = boot({ programs, ...scenario });
  return readMemoryMap(ram, readBootinfo(ram, handover.bootinfo));
}

test("RAM that appears after the tables were made is reserved in the map that the kernel gets", () => {
  for (const type of [MemoryType.CONVENTIONAL, MemoryType.BOOT_SERVICES_DATA, MemoryType.ACPI_NVS]) {
    assert.deepEqual(lateDescriptors(lateMemory(type, LATE_START, 512n)), [
      { type, first: LATE_START, pages: 512n },
      { type: MemoryType.RESERVED, first: LATE_START, pages: 512n },
    ]);
  }
});

test("of RAM that appears, only what is not mapped is reserved", () => {
  const end = 128n << 20n;
  const grown = lateDescriptors(lateMemory(MemoryType.CONVENTIONAL, 0x10_0000n, (end + 0x3000n - 0x10_0000n) / 4096n));
  assert.deepEqual(grown.slice(1), [{ type: MemoryType.RESERVED, first: end, pages: 3n }]);
});

test("what appears and is no RAM, or is not believed, stays as it is", () => {
  for (const [type, start] of [
    [MemoryType.MMIO, LATE_START],
    [MemoryType.RESERVED, LATE_START],
    [MemoryType.CONVENTIONAL, LATE_START + 0x800n],
    [MemoryType.CONVENTIONAL, (1n << 40n) - 4096n],
  ] as const) {
    assert.deepEqual(lateDescriptors(lateMemory(type, start, 2n)), [{ type, first: start, pages: 2n }]);
  }
});

test("whichever allocation fails first, the error says what it was for", () => {
  const purposes = new Set<string>();
  let failAllocation = 1;
  for (; ; failAllocation++) {
    try {
      boot(withFaults({ failAllocation }));
      break;
    } catch (error) {
      assert.ok(error instanceof BootAgentError, String(error));
      assert.deepEqual([error.reason, error.status], ["OutOfMemory", 70]);
      const [, purpose] =
        /^no room for (.*?)(?:: needs \d+ KiB in one piece; \d+ KiB were free in all|, which has \d+ bytes)$/.exec(
          error.message,
        ) ?? [];
      assert.ok(purpose, error.message);
      purposes.add(purpose);
    }
  }
  assert.ok(failAllocation > 7);
  const wanted = ["a file", "bootinfo", "handover page tables", "the kernel", "the list of RAM", "the memory map"];
  assert.deepEqual([...purposes].sort(), wanted);
});

test("files that come in pieces are whole", () => {
  for (const readLimit of [1, 4095, 4097]) {
    const { ram, handover } = boot(withFaults({ readLimit }));
    const [module] = readModules(ram, readBootinfo(ram, handover.bootinfo));
    assert.deepEqual(ram.bytes(module!.physical, Number(module!.bytes)), programs[0]!.image);
  }
});

test("a file that ends before its size says so", () => {
  const path = "\\nitros\\programs\\hello.elf";
  const error = bootError(withFaults({ truncatedReads: new Map([[path, 4100]]) }));
  assert.deepEqual([error.reason, error.status], ["FileTruncated", 1]);
  assert.equal(error.message, `${path} ends after 4100 of its ${programs[0]!.image.length} bytes`);
});
