import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { MACHINE_NAMES } from "../../cli/values.ts";
import type { MappedRange } from "../../machine/qemu/tables.ts";
import { isRam } from "../../kernel/memory-map/kinds.ts";
import { HpetState } from "../../kernel/time/hpet-state.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import { lookAt, type Live } from "./live.ts";

/** Where what is mapped, on both machines, by the tables alone: the kernel says only what of physical memory is RAM. */

const ZONES = {
  user: [0n, 0x7fff_ffff_ffffn],
  kernel: [0xffff_8000_0000_0000n, 0xffff_8fff_ffff_ffffn],
  modules: [0xffff_9000_0000_0000n, 0xffff_9fff_ffff_ffffn],
  direct: [0xffff_a000_0000_0000n, 0xffff_bfff_ffff_ffffn],
  mmio: [0xffff_c000_0000_0000n, 0xffff_ffff_ffff_ffffn],
} as const;

/** Index of the PAT: as the kernel sets it (kernel/paging/memory-types.ts), 0 is write-back, 3 uncached, 5 write-combining. */
const WRITE_BACK = 0;
const UNCACHED = 3;
const WRITE_COMBINING = 5;

for (const machine of MACHINE_NAMES) {
  describe(`zones of ${machine}`, () => {
    let live: Live;
    before(async () => (live = await lookAt[machine]()));

    const inZone = (zone: keyof typeof ZONES) =>
      live.tables.filter(({ first, last }) => ZONES[zone][0] <= first && last <= ZONES[zone][1]);
    const ramOf = ({ physical, first, last }: MappedRange) => {
      const end = physical + (last - first);
      return ram(live).filter((range) => range.first <= end && physical <= range.second);
    };
    const isRamThroughout = (range: MappedRange) => covers(ramOf(range), range);

    test("all that is mapped is in one of them", () => {
      const all = [
        ...inZone("user"),
        ...inZone("kernel"),
        ...inZone("modules"),
        ...inZone("direct"),
        ...inZone("mmio"),
      ];
      assert.deepEqual(all.length, live.tables.length);
      assert.ok(inZone("user").length > 0 && inZone("kernel").length > 0 && inZone("direct").length > 0);
    });

    test("the kernel's and the direct map have RAM alone, write-back; the direct map at one distance", () => {
      for (const range of [...inZone("kernel"), ...inZone("direct")]) {
        assert.ok(isRamThroughout(range), show(range));
        assert.equal(range.memoryType, WRITE_BACK, show(range));
      }
      assert.equal(new Set(inZone("direct").map(({ first, physical }) => first - physical)).size, 1);
    });

    test("programs' pages are write-back RAM", () => {
      for (const range of inZone("user")) {
        assert.ok(isRamThroughout(range) && range.memoryType === WRITE_BACK && range.user, show(range));
      }
    });

    test("a module's pages are write-back RAM and the user's, who is another here: none is writable or executable", () => {
      assert.ok(inZone("modules").length > 0);
      for (const range of inZone("modules")) {
        assert.ok(isRamThroughout(range) && range.memoryType === WRITE_BACK && range.user, show(range));
        assert.deepEqual([range.writable, range.executable, range.global], [false, false, false], show(range));
      }
    });

    test("the MMIO zone has devices alone: no RAM, never executable, not cached, not the user's", () => {
      assert.ok(inZone("mmio").length > 0);
      for (const range of inZone("mmio")) {
        assert.equal(ramOf(range).length, 0, show(range));
        assert.ok(!range.executable && !range.user && range.global && range.writable, show(range));
        assert.ok([UNCACHED, WRITE_COMBINING].includes(range.memoryType), show(range));
      }
    });

    test("no device is mapped elsewhere", () => {
      const others = live.tables.filter((range) => range.first < ZONES.mmio[0]);
      assert.deepEqual(others.filter((range) => !isRamThroughout(range)).map(show), []);
    });

    test("no frame of a device is mapped as of two types", () => {
      const mapped = inZone("mmio");
      const mixed = mapped.filter((one) =>
        mapped.some((other) => overlap(one, other) && one.memoryType !== other.memoryType),
      );
      assert.deepEqual(mixed.map(show), []);
    });

    const typesOf = (physical: bigint) =>
      inZone("mmio").flatMap((range) =>
        range.physical <= physical && physical <= endOf(range) ? range.memoryType : [],
      );

    test("the HPET is uncached, and counts", () => {
      assert.deepEqual(typesOf(0xfed0_0000n), [UNCACHED]);
      const hpet = live.records.find(({ kind }) => kind === RecordKind.HPET)!;
      assert.equal(Number(hpet.first), HpetState.COUNTS);
      assert.equal(hpet.second, 10_000_000n, "10 ns a count");
      // The time-stamp counter of whatever computer this is; modelled time.
      assert.ok(machine === "qemu" ? hpet.value > 100_000_000n : hpet.value === 100_000_000n, `${hpet.value} Hz`);
    });

    if (machine === "qemu") {
      test("the screen is write-combining, the local APIC uncached", () => {
        assert.deepEqual(typesOf(0xfee0_0000n), [UNCACHED]);
        const screen = inZone("mmio").filter(({ memoryType }) => memoryType === WRITE_COMBINING);
        assert.ok(screen.reduce((sum, { first, last }) => sum + (last - first) + 1n, 0n) >= 640n * 480n * 4n);
        assert.equal(new Set(screen.map(({ first, physical }) => first - physical)).size, 1, "one screen");
      });
    }
  });
}

function ram({ records }: Live) {
  return records.filter(({ kind, value }) => kind === RecordKind.MEMORY_RANGE && isRam(Number(value)));
}

function covers(ranges: readonly { first: bigint; second: bigint }[], range: MappedRange): boolean {
  let at = range.physical;
  for (const { first, second } of ranges) if (first <= at && at <= second) at = second + 1n;
  return at > endOf(range);
}

function endOf({ physical, first, last }: MappedRange): bigint {
  return physical + (last - first);
}

function overlap(one: MappedRange, other: MappedRange): boolean {
  return one.physical <= endOf(other) && other.physical <= endOf(one);
}

function show({ first, last, physical, memoryType, user }: MappedRange): string {
  const place = `${first.toString(16)}-${last.toString(16)} at p${physical.toString(16)}`;
  return `${place}, type ${memoryType}${user ? ", user" : ""}`;
}
