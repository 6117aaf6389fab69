import assert from "node:assert/strict";
import { test } from "node:test";
import { RegionKind } from "../../kernel/spaces/kinds.ts";
import { BORDER, Both } from "./support/both.ts";
import { Access, addressOf, Answer, Right, SpaceError, usualModule } from "./support/machine.ts";

/** Ranges and addresses that no user may have: refused with a reason, and nothing changes. */

const USER_END = 1n << 47n;
const KERNEL = 2n ** 64n - USER_END;
const TOP = 2n ** 64n - 1n;
const READ_WRITE = Right.READ | Right.WRITE;
const module = await usualModule();

/** First and last byte. */
const BAD_RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  "its first byte begins no page": [0x2_0001n, 0x2_1fffn],
  "its last byte ends no page": [0x2_0000n, 0x2_1ffen],
  "of no length": [0x2_0000n, 0x1_ffffn],
  "it ends before it begins": [0x3_0000n, 0x2_0fffn],
  "page 0": [0n, 0xfffn],
  "the last page of the first 64 KiB": [0xf000n, 0xffffn],
  "it begins within the first 64 KiB": [0xf000n, 0x1_0fffn],
  "the last page of the user half": [USER_END - 0x1000n, USER_END - 1n],
  "it ends with the last page of the user half": [USER_END - 0x3000n, USER_END - 1n],
  "across the end of the user half": [USER_END - 0x2000n, USER_END + 0xfffn],
  "not canonical": [USER_END, USER_END + 0xfffn],
  "not canonical, below the kernel": [KERNEL - 0x1000n, KERNEL - 1n],
  "the kernel's first page": [KERNEL, KERNEL + 0xfffn],
  "the last page of all": [TOP - 0xfffn, TOP],
  "all there is": [0n, TOP],
  "it wraps": [TOP - 0xfffn, 0x2_0fffn],
};

function start(): { both: Both; space: number } {
  const both = new Both(module);
  const space = both.create();
  both.place(space, 16, 18, RegionKind.ANONYMOUS, READ_WRITE);
  both.enter(space);
  both.access(16, Access.WRITE, 0);
  return { both, space };
}

for (const [what, [first, last]] of Object.entries(BAD_RANGES)) {
  test(`no region is placed, removed or protected: ${what}`, () => {
    const { both, space } = start();
    const call = (name: string, ...rest: number[]) => both.machine.call(name, space, first, last, ...rest);
    assert.equal(call("placeRegion", RegionKind.ANONYMOUS, READ_WRITE), SpaceError.BAD_RANGE);
    assert.equal(call("addPopulated", RegionKind.ANONYMOUS, READ_WRITE), SpaceError.BAD_RANGE);
    for (const way of ["placePopulated", "replaceRange", "replacePopulated"])
      assert.equal(call(way, RegionKind.ANONYMOUS, READ_WRITE), SpaceError.BAD_RANGE, way);
    assert.equal(call("removeRange"), SpaceError.BAD_RANGE);
    assert.equal(call("protectRange", Right.READ), SpaceError.BAD_RANGE);
    both.check();
  });
}

test("the first and the last page that a user may have are had", () => {
  const { both, space } = start();
  for (const page of [18, 2 ** 35 - 2]) {
    both.place(space, page, page + 1, RegionKind.ANONYMOUS, READ_WRITE);
    both.access(page, Access.WRITE, 2);
    both.check();
  }
});

test("the largest range there is can be placed, protected and removed, and takes no memory", () => {
  const { both, space } = start();
  both.remove(space, 16, 18);
  const free = both.machine.call("freeFrames");
  both.destroy(space);
  const fresh = both.machine.call("makeSpace");
  const all = (name: string, ...rest: number[]) =>
    both.machine.call(name, fresh, 0x1_0000n, USER_END - 0x1001n, ...rest);
  assert.equal(all("placeRegion", RegionKind.ANONYMOUS, READ_WRITE), SpaceError.NONE);
  assert.equal(all("protectRange", Right.READ), SpaceError.NONE);
  assert.equal(all("placeRegion", RegionKind.ANONYMOUS, READ_WRITE), SpaceError.OVERLAP);
  assert.equal(all("removeRange"), SpaceError.NONE);
  both.machine.call("endSpace", fresh);
  assert.ok(both.machine.call("freeFrames") >= free);
});

const BAD_ADDRESSES = [0n, 0xffffn, USER_END - 1n, USER_END, KERNEL - 1n, KERNEL, TOP, addressOf(BORDER)];

for (const address of BAD_ADDRESSES) {
  test(`nothing is at 0x${address.toString(16)}: a fault is refused, and a system call copies nothing`, () => {
    const { both, space } = start();
    for (const error of [4, 5, 6, 7, 20, 21]) {
      const answer = both.machine.call("answerPageFault", space, BigInt(error), address);
      assert.equal(answer, Answer.REFUSED, `error code ${error}`);
    }
    assert.equal(both.machine.call("copyWordIn", address, space), 0);
    assert.equal(both.machine.call("copyWordOut", address, 1, space), 0);
    both.check();
  });
}

test("what a task may not touch is not copied for it either, though the kernel could", () => {
  const { both, space } = start();
  both.protect(space, 16, 17, 0);
  both.copyIn(16);
  both.copyOut(16);
  both.protect(space, 16, 17, Right.READ);
  both.copyIn(16);
  both.copyOut(16);
  both.check();
});

test("a word that begins where the task may read and ends where it may not is not copied", () => {
  const { both, space } = start();
  const across = addressOf(18) - 2n;
  assert.equal(both.machine.call("copyWordIn", across, space), 0);
  assert.equal(both.machine.call("copyWordIn", across - 2n, space), 1);
  both.check();
});
