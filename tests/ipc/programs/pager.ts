/** A server that has the pages of a file of 40, page n of which begins with 1000 + n, and keeps what is written to it. */
import {
  load64,
  MapFlag,
  memoryClean,
  memoryServe,
  memorySupply,
  mmap,
  mmapShared,
  PagerRequest,
  passHandle,
  portCreate,
  portName,
  print,
  printLine,
  printNumber,
  Protect,
  receive,
  reply,
  Right,
  sender,
  setWord,
  store64,
  word,
  yieldNow,
} from "nitros";

const PAGE: u64 = 4096;
const PAGES: u64 = 40;
const KEY: u64 = 7;
/** What clients ask for. */
const OPEN: u64 = 1;

let file: u64 = 0;
/** The pages as the server keeps them, and as it sees them in the file. */
let kept: u64 = 0;
let seen: u64 = 0;
let askedFor: i64 = 0;
let writtenBack: i64 = 0;

export function main(): i32 {
  const port = <u64>portCreate(portName("pager"));
  kept = <u64>mmap(0, PAGES * PAGE, Protect.READ | Protect.WRITE, MapFlag.PRIVATE | MapFlag.ANONYMOUS);
  for (let page: u64 = 0; page < PAGES; page++) store64(kept + page * PAGE, 1000 + page);
  file = <u64>memoryServe(PAGES * PAGE, port, KEY);
  seen = <u64>mmapShared(0, PAGES * PAGE, Protect.READ, 0, file, 0);
  do {
    if (receive(port) < 0) return 1;
  } while (sender() == 0 ? serve() : answer());
  print("requests for pages: ");
  printNumber(askedFor);
  print(", to take what was written: ");
  printNumber(writtenBack);
  printLine("");
  return 0;
}

/** False: the client was the last. */
function answer(): bool {
  const isOpening = word(0) == OPEN;
  if (isOpening) passHandle(file, Right.ALL);
  reply(0);
  return isOpening;
}

function serve(): bool {
  const kind = word(0);
  const first = word(2);
  const bytes = word(3);
  if (word(1) != KEY) return false;
  if (kind == PagerRequest.PAGES) supply(first, bytes);
  else takeWritten();
  if (kind == PagerRequest.WRITE_BACK) writtenBack += 1;
  setWord(0, 0);
  if (kind != PagerRequest.LET_GO) reply(1);
  return true;
}

/** Late, so that others can miss the same page meanwhile. */
function supply(first: u64, bytes: u64): void {
  askedFor += 1;
  for (let turn = 0; turn < 8; turn++) yieldNow();
  if (<u64>memorySupply(file, first, kept + first, bytes) != bytes) printLine("not all was supplied");
}

function takeWritten(): void {
  for (let run = memoryClean(file, 0); run >= 0; run = memoryClean(file, takeRun(<u64>run)));
}

/** The byte behind it. */
function takeRun(run: u64): u64 {
  const first = run & ~(PAGE - 1);
  const end = first + (run & (PAGE - 1)) * PAGE;
  for (let at = first; at < end; at += PAGE) {
    store64(kept + at, load64(seen + at));
    print("page ");
    printNumber(at / PAGE);
    print(" is ");
    printNumber(<i64>load64(kept + at));
    printLine(" now");
  }
  return end;
}
