import {
  brk,
  clock,
  exit,
  fork,
  load8,
  MapFlag,
  mmap,
  mprotect,
  munmap,
  print,
  printLine,
  printNumber,
  Protect,
  store8,
  taskNumber,
  wait,
  yieldNow,
} from "nitros";

/**
 * What `nitros bench spaces` measures, as a program: for each workload a line "bench NAME OPERATIONS TICKS". bench/linux/init.c is the same
 * for Linux, by the same names.
 */

const PAGE: u64 = 4096;
/** One page less than a large one, so that every page is a small one. */
const PAGES: u64 = 511;
const BYTES: u64 = PAGES * PAGE;
const LARGE: u64 = 0x20_0000;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const PRIVATE: u64 = MapFlag.PRIVATE | MapFlag.ANONYMOUS;
/** How often each is done, after once that does not count. */
const ROUNDS: u32 = 8;
/** Of a workload that is one operation. */
const TIMES: u64 = 256;
const FORKS: u64 = 32;

let ticks: u64 = 0;
let operations: u64 = 0;
let begun: u64 = 0;

function begin(): void {
  begun = clock();
}

function end(count: u64): void {
  ticks += clock() - begun;
  operations += count;
}

function measure(name: string, workload: () => void): void {
  workload();
  ticks = 0;
  operations = 0;
  for (let round: u32 = 0; round < ROUNDS; round++) workload();
  print("bench ");
  print(name);
  print(" ");
  printNumber(operations);
  print(" ");
  printNumber(ticks);
  printLine("");
}

function map(bytes: u64, flags: u64): u64 {
  const at = mmap(0, bytes, READ_WRITE, PRIVATE | flags);
  assert(at > 0);
  return <u64>at;
}

function unmap(at: u64, bytes: u64): void {
  const error = munmap(at, bytes);
  assert(error == 0);
}

function writeAll(at: u64): void {
  for (let page = at; page < at + BYTES; page += PAGE) store8(page, 1);
}

function syscallNull(): void {
  begin();
  for (let i: u64 = 0; i < TIMES; i++) taskNumber();
  end(TIMES);
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

function mapPair(): void {
  begin();
  for (let i: u64 = 0; i < TIMES; i++) unmap(map(PAGE, 0), PAGE);
  end(TIMES);
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

function brkPair(): void {
  const old = <u64>brk(0);
  begin();
  for (let i: u64 = 0; i < TIMES; i++) {
    brk(old + PAGE);
    brk(old);
  }
  end(TIMES);
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
  ticks += forkTicks() - alone;
  operations += TABLES * PAGES;
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
  return 0;
}
