import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Caching } from "../../kernel/paging/caching.ts";
import { GIB, MIB } from "../support/memory-kernel.ts";
import { addressOf, pageOf, SpaceMachine, usualModule } from "../spaces/support/machine.ts";
import { Bit, Half, walkHalf, type Leaf } from "../spaces/support/tables.ts";

/** Device memory in the MMIO zone: what is mapped how, and what is refused. RAM ends at 128 MiB here. */

const module = await usualModule();
const MMIO_ZONE = 0xffff_c000_0000_0000n;
const MMIO_FIRST_PAGE = pageOf(BigInt.asUintN(48, MMIO_ZONE));
const DEVICE = 0xd000_0000n;
const PAT_MSR = 0x277;
/** As the model's MMU numbers them (SDM 3A table 12-10), for memory that the MTRRs call uncached, as all devices'. */
const EFFECTIVE = { [Caching.UNCACHED]: 0, [Caching.WRITE_COMBINING]: 1 } as const;
const DeviceError = { NONE: 0, IS_RAM: 1, BEYOND: 2, OTHER_TYPE: 3, TOO_MANY: 4 } as const;

function aperture(machine: SpaceMachine, physical: bigint, bytes: bigint, caching: number): bigint {
  return BigInt.asUintN(64, machine.kernel.wide("mapAperture", physical, bytes, caching));
}

function leaves(machine: SpaceMachine): readonly Leaf[] {
  const root = pageOf(machine.kernel.wide("kernelRoot"));
  return walkHalf(machine, root, Half.UPPER).leaves.filter(({ page }) => page >= MMIO_FIRST_PAGE);
}

describe("an aperture", () => {
  for (const caching of [Caching.UNCACHED, Caching.WRITE_COMBINING] as const) {
    for (const [what, physical, bytes, sizes] of [
      ["of a page", DEVICE + 0x3000n, 4096n, [1]],
      ["of 2 MiB and a page", DEVICE, 2n * MIB + 1n, [512, 1]],
      ["of a gigabyte", 4n * GIB, GIB, [512 * 512]],
      ["that begins within a page", DEVICE + 0x123n, 8n, [1]],
    ] as const) {
      test(`${what} is mapped with type ${caching} in every size of page`, () => {
        const machine = new SpaceMachine(module);
        const at = aperture(machine, physical, bytes, caching);
        assert.ok(at >= MMIO_ZONE);
        assert.deepEqual(
          leaves(machine).map(({ pages }) => pages),
          sizes,
        );
        assert.equal(at & 0xfffn, physical & 0xfffn);
        assert.equal(machine.call("memoryTypeAt", at), EFFECTIVE[caching]);
        assert.equal(machine.call("memoryTypeAt", at + bytes - 1n), EFFECTIVE[caching]);
        const covered = leaves(machine).reduce((sum, leaf) => sum + leaf.pages, 0);
        assert.equal(BigInt(covered), ((physical & 0xfffn) + bytes + 4095n) / 4096n);
        for (const { user, executable, writable, low } of leaves(machine)) {
          assert.deepEqual([user, executable, writable], [false, false, true]);
          assert.notEqual(low & Bit.GLOBAL, 0);
        }
        assert.equal(machine.kernel.wide("findMisplaced"), 0n);
      });
    }
  }

  test("has nothing behind it, and the next one begins elsewhere", () => {
    const machine = new SpaceMachine(module);
    const one = aperture(machine, DEVICE, GIB, Caching.UNCACHED);
    const other = aperture(machine, 8n * GIB, 4096n, Caching.UNCACHED);
    assert.ok(other > one + GIB);
    for (const end of [one + GIB, other + 4096n]) assert.equal(machine.call("memoryTypeAt", end), 8, "not mapped");
  });

  const refused: readonly [string, bigint, bigint, number][] = [
    ["RAM", 64n * MIB, 4096n, DeviceError.IS_RAM],
    ["what begins in RAM", 128n * MIB - 1n, 2n, DeviceError.IS_RAM],
    ["what ends in RAM", 0n, 32n * GIB, DeviceError.IS_RAM],
    ["what lies beyond the processor's addresses", 1n << 40n, 4096n, DeviceError.BEYOND],
    ["what ends beyond them", (1n << 40n) - 4096n, 8192n, DeviceError.BEYOND],
    ["what wraps around", (1n << 64n) - 4096n, 8192n, DeviceError.BEYOND],
  ];
  for (const [what, physical, bytes, error] of refused) {
    test(`is refused for ${what}, and nothing is mapped`, () => {
      const machine = new SpaceMachine(module);
      const last = BigInt.asUintN(64, physical + bytes - 1n);
      assert.equal(machine.call("claimDeviceRange", physical, last | 0xfffn, Caching.UNCACHED), error);
      assert.equal(aperture(machine, physical, bytes, Caching.UNCACHED), 0n);
      assert.deepEqual(leaves(machine), []);
    });
  }

  test("is refused where its memory is mapped with another type, and given once more with the same", () => {
    const machine = new SpaceMachine(module);
    assert.notEqual(aperture(machine, DEVICE, 4n * MIB, Caching.WRITE_COMBINING), 0n);
    for (const [first, bytes] of [
      [DEVICE, 4096n],
      [DEVICE - 4096n, 8192n],
      [DEVICE + 4n * MIB - 4096n, 8192n],
      [DEVICE - MIB, 6n * MIB],
    ] as const) {
      assert.equal(aperture(machine, first, bytes, Caching.UNCACHED), 0n);
    }
    assert.notEqual(aperture(machine, DEVICE + MIB, MIB, Caching.WRITE_COMBINING), 0n);
    assert.notEqual(aperture(machine, DEVICE + 4n * MIB, 4096n, Caching.UNCACHED), 0n, "its neighbour");
  });

  test("is refused when there is no room to remember its type", () => {
    const machine = new SpaceMachine(module);
    let given = 0;
    while (aperture(machine, DEVICE + BigInt(given) * 8192n, 4096n, Caching.UNCACHED) !== 0n) given += 1;
    assert.equal(given, 64);
    const again = machine.call("claimDeviceRange", DEVICE, DEVICE + 4095n, Caching.UNCACHED);
    assert.equal(again, DeviceError.NONE, "what is known is not forgotten");
  });
});

test("the PAT has write-combining at index 5, and else what a processor comes with", () => {
  const machine = new SpaceMachine(module);
  assert.equal(machine.kernel.wide("readMsr", PAT_MSR), 0x0007_0106_0007_0406n);
});

/** Where what, in place of what the kernel made: each is found. */
describe("a page in the wrong zone is found:", () => {
  const [P, W, U, NX, G, UC] = [1n, 2n, 4n, 1n << 63n, 256n, 24n];
  const wrong: readonly [string, bigint, bigint][] = [
    ["RAM in the MMIO zone", MMIO_ZONE, (64n * MIB) | P | W | NX | G | UC],
    ["a device that is cached", MMIO_ZONE, DEVICE | P | W | NX | G],
    ["a device that can be executed", MMIO_ZONE, DEVICE | P | G | UC],
    ["a device that is the user's", MMIO_ZONE, DEVICE | P | W | U | NX | G | UC],
    ["a page that is not global", MMIO_ZONE, DEVICE | P | W | NX | UC],
    ["anything in the zone of modules", 0xffff_9000_0000_0000n, (64n * MIB) | P | NX | G],
  ];
  for (const [what, address, entry] of wrong) {
    test(what, () => {
      const machine = new SpaceMachine(module);
      assert.equal(machine.kernel.wide("findMisplaced"), 0n);
      putLeaf(machine, address, entry);
      assert.equal(BigInt.asUintN(64, machine.kernel.wide("findMisplaced")), address);
    });
  }
});

/** Tables for the page at `address` in the kernel's half, out of RAM that nobody has, and its entry. */
function putLeaf(machine: SpaceMachine, address: bigint, leaf: bigint): void {
  let table = machine.kernel.wide("kernelRoot");
  for (let level = 4n; level > 1n; level--) {
    const slot = table + ((address >> (12n + 9n * (level - 1n))) & 511n) * 8n;
    if ((machine.kernel.wide("physLoad64", slot) & 1n) === 0n) {
      machine.call("physStore64", slot, (100n * MIB + addressOf(Number(level))) | 3n);
    }
    table = machine.kernel.wide("physLoad64", slot) & 0xf_ffff_ffff_f000n;
  }
  machine.call("physStore64", table + ((address >> 12n) & 511n) * 8n, leaf);
}
