/**
 * Writes notes, and reads a file that is larger than the machine: what the server has not seen stays. When it has them, they may go, and come back
 * as they were written. A private copy of one stays as the task made it.
 */
import { load64, munmap, print, printLine, printNumber, Protect, store64 } from "nitros";
import { BOOK, BOOK_PAGES, borrow, borrowCopies, contentOf, giveBack, NOTES, NOTES_PAGES, PAGE } from "./books";

const COPY: u64 = 0xc0b1;

let wrong: i64 = 0;

export function main(): i32 {
  const notes = borrow(NOTES, NOTES_PAGES, Protect.READ | Protect.WRITE);
  const copies = borrowCopies(NOTES, NOTES_PAGES, Protect.READ | Protect.WRITE);
  store64(copies, COPY);
  const book = borrow(BOOK, BOOK_PAGES, Protect.READ);
  write(notes, 1);
  read(book);
  check(notes, copies, 1);
  if (!giveBack(notes, NOTES_PAGES)) wrong += 1;
  read(book);
  check(notes, copies, 1);
  letGo(notes, copies, book);
  print("wrong ");
  printNumber(wrong);
  printLine("");
  return 0;
}

function write(notes: u64, round: u64): void {
  for (let page: u64 = 0; page < NOTES_PAGES; page++) store64(notes + page * PAGE, contentOf(page) + round);
}

/** Nobody waits for the server to take what was written when the last mapping goes. */
function letGo(notes: u64, copies: u64, book: u64): void {
  write(notes, 2);
  munmap(notes, NOTES_PAGES * PAGE);
  read(book);
  check(borrow(NOTES, NOTES_PAGES, Protect.READ), copies, 2);
}

function read(book: u64): void {
  for (let page: u64 = 0; page < BOOK_PAGES; page++) expect(book + page * PAGE, contentOf(page));
}

function check(notes: u64, copies: u64, round: u64): void {
  expect(copies, COPY);
  for (let page: u64 = 0; page < NOTES_PAGES; page++) {
    expect(notes + page * PAGE, contentOf(page) + round);
    if (page != 0) expect(copies + page * PAGE, contentOf(page) + round);
  }
}

function expect(address: u64, value: u64): void {
  if (load64(address) != value) wrong += 1;
}
