/** Reads a file that is larger than the machine, twice: nothing of it is wrong. */
import { load64, print, printLine, printNumber, Protect } from "nitros";
import { BOOK, BOOK_PAGES, borrow, contentOf, PAGE } from "./books";

const FAVOURITES: u64 = 12;
const OFTEN: u64 = 8;

export function main(): i32 {
  const book = borrow(BOOK, BOOK_PAGES, Protect.READ);
  const wrong = read(book) + read(book);
  print("wrong ");
  printNumber(wrong);
  printLine("");
  return 0;
}

/** Each page, and after it one of those that are read all the time, and one of those that were read a while ago. */
function read(book: u64): i64 {
  let wrong: i64 = 0;
  for (let page: u64 = 0; page < BOOK_PAGES; page++) {
    if (!isRight(book, page)) wrong += 1;
    if (!isRight(book, page % FAVOURITES)) wrong += 1;
    if (page % OFTEN == 0 && !isRight(book, page / 2)) wrong += 1;
  }
  return wrong;
}

function isRight(book: u64, page: u64): bool {
  return load64(book + page * PAGE) == contentOf(page);
}
