/** A server whose files are larger than the machine: one that it computes page by page, and notes that clients write, which it keeps in its own memory. */
import {
  Errno,
  load64,
  MapFlag,
  memoryClean,
  memoryServe,
  memorySupply,
  mmap,
  mmapShared,
  munmap,
  PagerRequest,
  passHandle,
  portCreate,
  portName,
  printLine,
  Protect,
  receive,
  reply,
  Right,
  sender,
  setWord,
  store64,
  word,
} from "nitros";
import { BOOK, BOOK_PAGES, contentOf, NOTES, NOTES_PAGES, PAGE } from "./books";
import { surge } from "./surges";

const CLUSTER: u64 = 16;
const SURGE_STEP: u64 = 256 * PAGE;

let book: u64 = 0;
let notes: u64 = 0;
let desk: u64 = 0;
let kept: u64 = 0;
let supplied: u64 = 0;

export function main(): i32 {
  const port = <u64>portCreate(portName("library"));
  book = <u64>memoryServe(BOOK_PAGES * PAGE, port, BOOK);
  notes = <u64>memoryServe(NOTES_PAGES * PAGE, port, NOTES);
  desk = own(CLUSTER);
  kept = own(NOTES_PAGES);
  while (receive(port) >= 0) {
    if (sender() == 0) serve();
    else lend(word(0));
  }
  printLine(supplied > BOOK_PAGES + NOTES_PAGES ? "some pages I supplied more than once" : "I supplied each page once");
  return 0;
}

function own(pages: u64): u64 {
  return <u64>mmap(0, pages * PAGE, Protect.READ | Protect.WRITE, MapFlag.PRIVATE | MapFlag.ANONYMOUS);
}

function lend(key: u64): void {
  if (key == BOOK) passHandle(book, Right.RECEIVE);
  else passHandle(notes, Right.RECEIVE | Right.SEND);
  setWord(0, 0);
  reply(1);
}

function serve(): void {
  const kind = word(0);
  let done: i64 = 0;
  if (kind != PagerRequest.PAGES) takeNotes();
  else done = word(1) == BOOK ? supplyBook(word(2), word(3)) : memorySupply(notes, word(2), kept + word(2), word(3));
  if (done > 0) supplied += <u64>done / PAGE;
  setWord(0, done < 0 ? <u64>done : 0);
  if (kind != PagerRequest.LET_GO) reply(1);
}

function supplyBook(first: u64, bytes: u64): i64 {
  for (let at: u64 = 0; at < bytes; at += PAGE) store64(desk + at, contentOf((first + at) / PAGE));
  return memorySupply(book, first, desk, bytes);
}

/** Between learning of a run and looking at it, all memory is wanted for a moment. */
function takeNotes(): void {
  for (let run = memoryClean(notes, 0); run != Errno.ENOENT;) {
    const first = (<u64>run) & ~(PAGE - 1);
    const end = first + ((<u64>run) & (PAGE - 1)) * PAGE;
    if (first % SURGE_STEP == 0) surge();
    takeRun(first, end);
    run = memoryClean(notes, end);
  }
}

/** By a mapping that is there no longer than needed: what a task maps is safe from what it wants itself. */
function takeRun(first: u64, end: u64): void {
  const seen = <u64>mmapShared(0, end - first, Protect.READ, 0, notes, first);
  for (let at = first; at < end; at += PAGE) store64(kept + at, load64(seen + at - first));
  munmap(seen, end - first);
}
