/** What a copy writes is its own: mapped memory, globals, locals, floating point. Both take turns in writing the same addresses. */
import { Ending, fork, heapBytes, heapStart, load64, MapFlag, mmap, print, printLine, printNumber } from "nitros";
import { Protect, store64, wait, yieldNow } from "nitros";

const PAGE: u64 = 4096;
const MAPPED: u64 = 16 * PAGE;
let global: u64 = 1;
let fraction: f64 = 0.5;
const cell = memory.data(8);

function fill(first: u64, bytes: u64, by: u64): void {
  for (let at: u64 = 0; at < bytes; at += PAGE) store64(first + at, at * 3 + by);
}

/** How many pages do not hold what `fill` wrote. */
function wrong(first: u64, bytes: u64, by: u64): u64 {
  let count: u64 = 0;
  for (let at: u64 = 0; at < bytes; at += PAGE) count += load64(first + at) == at * 3 + by ? 0 : 1;
  return count;
}

/** Changes everything once more, lets the other do the same, and looks. */
function takeTurn(mapped: u64, by: u64): u64 {
  const before = global;
  const half = fraction;
  fill(heapStart(), heapBytes(), by);
  fill(mapped, MAPPED, by + 1);
  global += by;
  fraction += <f64>by;
  store<u64>(cell, by);
  yieldNow();
  const unchanged = global == before + by && fraction == half + <f64>by && load<u64>(cell) == by;
  return wrong(heapStart(), heapBytes(), by) + wrong(mapped, MAPPED, by + 1) + (unchanged ? 0 : 1000);
}

/** Forks in the middle of an expression of floating-point values, which a compiler may keep in registers. */
function forkAmong(a: f64, b: f64, c: f64): f64 {
  const product = a * b;
  const quotient = b / c;
  const who: f64 = fork() == 0 ? 100 : 200;
  return product + quotient * who + a - c;
}

export function main(): i32 {
  const mapped = <u64>mmap(0, MAPPED, Protect.READ | Protect.WRITE, MapFlag.PRIVATE | MapFlag.ANONYMOUS);
  fill(heapStart(), heapBytes(), 5);
  fill(mapped, MAPPED, 6);
  const number = forkAmong(fraction * 3, fraction * 4, fraction);
  const isChild = number == 404;
  let wrongs = wrong(heapStart(), heapBytes(), 5) + wrong(mapped, MAPPED, 6) + (isChild || number == 804 ? 0 : 1);
  for (let turn: u64 = 1; turn <= 3; turn++) wrongs += takeTurn(mapped, turn * (isChild ? 70 : 1000));
  print(isChild ? "child: " : "parent: ");
  printNumber(wrongs);
  printLine(" of what it wrote was changed");
  return isChild ? <i32>wrongs : endOf(wrongs);
}

function endOf(wrongs: u64): i32 {
  const child = wait(heapStart());
  return child > 0 && (load64(heapStart()) & (Ending.STATUS | Ending.KILLED)) == 0 ? <i32>wrongs : 1;
}
