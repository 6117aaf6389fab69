import { clock, exit, fork, load8, MapFlag, mprotect, Protect, store8, wait, yieldNow } from "nitros";
import { brkPair, mapPair, syscallNull } from "./calls";
import { faultWriteMany, mapPairMany } from "./many";
import { add, begin, end, map, measure, PAGE, READ_WRITE, TIMES, unmap } from "./measure";

/** What `nitros bench spaces` measures, as a program. bench/linux/spaces.c is the same for Linux, by the same names. */

/** One page less than a large one, so that every page is a small one. */
const PAGES: u64 = 511;
const BYTES: u64 = PAGES * PAGE;
const LARGE: u64 = 0x20_0000;
const FORKS: u64 = 32;

function writeAll(at: u64): void {
  for (let page = at; page < at + BYTES; page += PAGE) store8(page, 1);
}

function faultWrite(): void {
  const at = map(BYTES, 0);
  begin();
  writeAll(at);
  end(PAGES);
  unmap(at, BYTES);
}

function faultRead(): void {
  const at = map(BYTES, 0);
  begin();
  for (let page = at; page < at + BYTES; page += PAGE) load8(page);
  end(PAGES);
  unmap(at, BYTES);
}

function faultHuge(): void {
  const at = map(2 * LARGE, 0);
  begin();
  store8((at + LARGE - 1) & ~(LARGE - 1), 1);
  end(1);
  unmap(at, 2 * LARGE);
}

function mapPopulate(): void {
  begin();
  const at = map(BYTES, MapFlag.POPULATE);
  end(PAGES);
  unmap(at, BYTES);
}

function mapCycle(): void {
  begin();
  for (let i: u64 = 0; i < TIMES; i++) {
    const at = map(PAGE, 0);
    store8(at, 1);
    unmap(at, PAGE);
  }
  end(TIMES);
}

function unmapPage(): void {
  const at = map(BYTES, 0);
  writeAll(at);
  begin();
  unmap(at, BYTES);
  end(PAGES);
}

function protectReadOnly(): void {
  const at = map(BYTES, 0);
  writeAll(at);
  begin();
  mprotect(at, BYTES, Protect.READ);
  end(PAGES);
  unmap(at, BYTES);
}

function protectWritable(): void {
  const at = map(BYTES, 0);
  writeAll(at);
  mprotect(at, BYTES, Protect.READ);
  begin();
  mprotect(at, BYTES, READ_WRITE);
  end(PAGES);
  unmap(at, BYTES);
}

/** Does nothing until its parent waits for it, and then ends. */
function child(): void {
  const number = fork();
  assert(number >= 0);
  if (number == 0) exit(0);
}

function waitForChild(): void {
  const number = wait(0);
  assert(number > 0);
}

function faultCow(): void {
  const at = map(BYTES, 0);
  writeAll(at);
  child();
  begin();
  writeAll(at);
  end(PAGES);
  waitForChild();
  unmap(at, BYTES);
}

/**
 * The pages that are written while the child lives, at both ends since these may lie in two page tables, give each task tables of its own: then
 * the frames are shared, and no table.
 */
function faultReuse(): void {
  const at = map(BYTES, 0);
  writeAll(at);
  child();
  store8(at, 1);
  store8(at + BYTES - PAGE, 1);
  waitForChild();
  begin();
  for (let page = at + PAGE; page < at + BYTES - PAGE; page += PAGE) store8(page, 1);
  end(PAGES - 2);
  unmap(at, BYTES);
}

/** So many times 511 pages, each time in 2 MiB of their own. */
const TABLES: u64 = 16;

/** What a fork takes beyond one of the program alone. */
function forkPage(): void {
  const alone = forkTicks();
  const whole = map((TABLES + 1) * LARGE, 0);
  const first = (whole + LARGE - 1) & ~(LARGE - 1);
  for (let at = first; at < first + TABLES * LARGE; at += LARGE) {
    unmap(at + BYTES, PAGE);
    writeAll(at);
  }
  add(forkTicks() - alone, TABLES * PAGES);
  unmap(whole, (TABLES + 1) * LARGE);
}

function forkTicks(): u64 {
  const start = clock();
  child();
  const taken = clock() - start;
  waitForChild();
  return taken;
}

function forkCycle(): void {
  begin();
  for (let i: u64 = 0; i < FORKS; i++) {
    child();
    waitForChild();
  }
  end(FORKS);
}

/** Two tasks that make room for one another: each call is a switch. */
function contextSwitch(): void {
  const number = fork();
  assert(number >= 0);
  for (let i: u64 = 0; number == 0 && i < TIMES; i++) yieldNow();
  if (number == 0) exit(0);
  yieldNow();
  begin();
  for (let i: u64 = 0; i < TIMES / 2; i++) yieldNow();
  end(TIMES);
  waitForChild();
}

export function main(): i32 {
  measure("syscall.null", syscallNull);
  measure("fault.write", faultWrite);
  measure("fault.read", faultRead);
  measure("fault.huge", faultHuge);
  measure("map.populate", mapPopulate);
  measure("map.pair", mapPair);
  measure("map.cycle", mapCycle);
  measure("unmap.page", unmapPage);
  measure("protect.page", protectReadOnly);
  measure("protect.page.back", protectWritable);
  measure("brk.pair", brkPair);
  measure("fault.cow", faultCow);
  measure("fault.reuse", faultReuse);
  measure("fork.page", forkPage);
  measure("fork.cycle", forkCycle);
  measure("context.switch", contextSwitch);
  measure("fault.write.many", faultWriteMany);
  measure("map.pair.many", mapPairMany);
  return 0;
}
