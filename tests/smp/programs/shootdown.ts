import {
  MapFlag,
  Protect,
  load64,
  mmap,
  mprotect,
  munmap,
  print,
  printLine,
  printNumber,
  store64,
  syscall,
} from "nitros";
import { OtherCpu, TestCall } from "./test-calls";

/** Has its space on two CPUs, takes pages away, and prints what the other CPU finds there before and after. */
const PAGE: u64 = 4096;
/** More than are flushed one by one. */
const MANY: u64 = 100;

function call(number: u32, a: u64 = 0, b: u64 = 0): i64 {
  return syscall(number, a, b, 0, 0, 0, 0);
}

function map(pages: u64, value: u64): u64 {
  const at = <u64>mmap(0, pages * PAGE, Protect.READ | Protect.WRITE, MapFlag.PRIVATE | MapFlag.ANONYMOUS);
  for (let page: u64 = 0; page < pages; page++) store64(at + page * PAGE, value);
  return at;
}

function say(what: string, before: i64, after: i64): void {
  print(what);
  print(": ");
  printNumber(before);
  print(", then ");
  printNumber(after);
  printLine("");
}

function removed(what: string, pages: u64): void {
  const at = map(pages, 7);
  const before = call(TestCall.SHARE, at, OtherCpu.SLEEPS);
  munmap(at, pages * PAGE);
  say(what, before, call(TestCall.LOOK));
  call(TestCall.PART);
}

/** A fork shares the page, and the first write takes another: the other CPU must see that. */
function kept(): void {
  const at = map(1, 8);
  const before = call(TestCall.SHARE, at, OtherCpu.SLEEPS);
  mprotect(at, PAGE, Protect.READ);
  say("made read-only", before, call(TestCall.LOOK));
  call(TestCall.PART);
  munmap(at, PAGE);
}

function nobodyElse(): void {
  const at = map(1, 9);
  const before = <i64>load64(at);
  munmap(at, PAGE);
  say("on one CPU", before, 0);
}

export function main(): i32 {
  removed("a page", 1);
  removed("many pages", MANY);
  kept();
  nobodyElse();
  return 0;
}
