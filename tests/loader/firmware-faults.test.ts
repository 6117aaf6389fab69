import assert from "node:assert/strict";
import { before, test } from "node:test";
import { BootAgentError, type FirmwareFaults, MemoryType } from "../../machine/firmware/index.ts";
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

test("a map that never stops changing is given up", () => {
  const error = bootError(withFaults({ staleMapKeys: 1000 }));
  assert.deepEqual([error.reason, error.status], ["ExitRefused", 70]);
  assert.match(error.message, /went stale 16 times/);
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
