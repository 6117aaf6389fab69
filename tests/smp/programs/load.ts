import {
  exit,
  fork,
  heapStart,
  load64,
  MapFlag,
  mmap,
  mprotect,
  munmap,
  print,
  printLine,
  printNumber,
  Protect,
  store64,
  taskNumber,
  wait,
  yieldNow,
} from "nitros";

/**
 * Maps, writes, forks, unmaps, yields, waits and ends at random, and checks all the while that its memory holds what it wrote: the heap's
 * base, which the boot's seed draws, says in which order. Prints what it found wrong.
 */
const PAGE: u64 = 4096;
const PLACES: u32 = 4;
const MOST_PAGES: u32 = 24;
const DEEPEST: u32 = 2;
/** By depth: how many steps a task takes. */
const STEPS: u32 = 160;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;

/** By place: address, or 0; pages; what is in each page's first word, plus the page's number; 0: nothing yet. */
const places = memory.data(128, 8);
let random: u64 = 0;
let depth: u32 = 0;
let children: u32 = 0;
let wrong: u32 = 0;

export function main(): i32 {
  random = heapStart() ^ ((<u64>taskNumber()) << 56) ^ 0x9e37_79b9_7f4a_7c15;
  work();
  while (children != 0) waitForOne();
  if (wrong != 0) {
    print("wrong: ");
    printNumber(wrong);
    printLine("");
  }
  return <i32>wrong;
}

function draw(below: u32): u32 {
  random ^= random >> 12;
  random ^= random << 25;
  random ^= random >> 27;
  return <u32>(((random * 0x2545_f491_4f6c_dd1d) >> 33) % below);
}

function work(): void {
  for (let left = STEPS >> depth; left != 0; left--) {
    const step = draw(16);
    const place = draw(PLACES);
    if (step < 5) fill(place);
    else if (step < 8) drop(place);
    else if (step < 10) protect(place);
    else if (step < 12) split();
    else if (step < 14) yieldNow();
    else if (children != 0) waitForOne();
    check(draw(PLACES));
  }
}

function at(place: u32, field: u32): usize {
  return places + ((<usize>place) << 5) + ((<usize>field) << 3);
}

/** Maps if nothing is there, and writes every page. */
function fill(place: u32): void {
  let address = load<u64>(at(place, 0));
  if (address == 0) {
    const pages = draw(MOST_PAGES) + 1;
    const result = mmap(0, <u64>pages * PAGE, READ_WRITE, MapFlag.PRIVATE | MapFlag.ANONYMOUS);
    if (result < 0) return complain();
    address = <u64>result;
    store<u64>(at(place, 0), address);
    store<u64>(at(place, 1), pages);
  }
  const value = random | 1;
  store<u64>(at(place, 2), value);
  for (let page: u64 = 0; page < load<u64>(at(place, 1)); page++) store64(address + page * PAGE, value + page);
}

function drop(place: u32): void {
  const address = load<u64>(at(place, 0));
  if (address == 0) return;
  if (munmap(address, load<u64>(at(place, 1)) * PAGE) != 0) complain();
  for (let field: u32 = 0; field < 3; field++) store<u64>(at(place, field), 0);
}

/** Read-only, and back. */
function protect(place: u32): void {
  const address = load<u64>(at(place, 0));
  if (address == 0) return;
  const bytes = load<u64>(at(place, 1)) * PAGE;
  if (mprotect(address, bytes, Protect.READ) != 0) complain();
  check(place);
  if (mprotect(address, bytes, READ_WRITE) != 0) complain();
}

function check(place: u32): void {
  const address = load<u64>(at(place, 0));
  if (address == 0) return;
  const value = load<u64>(at(place, 2));
  for (let page: u64 = 0; page < load<u64>(at(place, 1)); page++) {
    if (load64(address + page * PAGE) != (value == 0 ? 0 : value + page)) complain();
  }
}

/** A copy goes on with the same memory and another order. Some end at once, and some leave their own copies behind. */
function split(): void {
  if (depth == DEEPEST) return;
  const result = fork();
  if (result < 0) return complain();
  if (result != 0) {
    children += 1;
    return;
  }
  depth += 1;
  children = 0;
  random ^= <u64>taskNumber() * 0xbf58_476d_1ce4_e5b9;
  if (draw(4) != 0) work();
  if (draw(3) != 0) while (children != 0) waitForOne();
  exit(<i32>wrong);
}

/** The status of what it was waited for is how much that found wrong. */
function waitForOne(): void {
  const ending = heapStart();
  if (wait(ending) <= 0) complain();
  if (load64(ending) != 0) complain();
  children -= 1;
}

function complain(): void {
  wrong += 1;
}
