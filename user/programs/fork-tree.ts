/** A tree of seven tasks that fork from one: all use the same address, and what one writes there no other sees. */
import { Ending, fork, heapStart, load64, print, printAddress, printLine, printNumber, store64, wait } from "nitros";

const DEPTH: u32 = 2;
/** The page that they all write to; the answers of `wait` go to the page after it. */
const page = heapStart();
const answer = page + 4096;

let depth: u32 = 0;

export function main(): i32 {
  store64(page, 1);
  print("I write 1 at ");
  printAddress(page);
  printLine(" and fork: a copy shares my pages until one of us writes.");
  return branch(1);
}

/**
 * A task whose page says `mine` makes two copies, one after the other. Each finds `mine` there and writes a number of its own: that
 * write faults, and the kernel copies the page, for this task alone. Returns 0 if all is as it should be, here and below.
 */
function branch(mine: u64): i32 {
  if (depth == DEPTH) return 0;
  for (let side: u64 = 0; side < 2; side++) {
    const child = fork();
    if (child < 0) return 1;
    if (child == 0) return grow(mine, mine * 2 + side);
    if (!endsWell()) return 1;
  }
  return isStill(mine) ? 0 : 1;
}

function grow(inherited: u64, own: u64): i32 {
  depth += 1;
  const found = load64(page);
  store64(page, own);
  say("found ", found);
  print(" there, wrote ");
  printNumber(own);
  printLine("");
  return found == inherited ? branch(own) : 1;
}

function isStill(mine: u64): bool {
  const found = load64(page);
  say("my copies wrote, and I still read ", found);
  printLine("");
  return found == mine;
}

function endsWell(): bool {
  return wait(answer) > 0 && (load64(answer) & (Ending.STATUS | Ending.KILLED)) == 0;
}

function say(what: string, value: u64): void {
  for (let level: u32 = 0; level < depth; level++) print("  ");
  print(what);
  printNumber(value);
}
