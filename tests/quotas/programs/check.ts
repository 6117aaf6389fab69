import {
  Ending,
  fork,
  heapStart,
  load64,
  print,
  printLine,
  printNumber,
  Quota,
  quotaLimit,
  quotaUsed,
  store64,
  wait,
} from "nitros";

/** What the programs of these tests have in common: they say what is not as it should be, and nothing else. */

let failures = 0;

export function failureCount(): i32 {
  return failures;
}

export function expect(what: string, found: i64, wanted: i64): void {
  if (found == wanted) return;
  failures += 1;
  print(what);
  print(": ");
  printNumber(found);
  print(", and not ");
  printNumber(wanted);
  printLine("");
}

/** How many of `kind` there may be beside those that there are. */
export function left(kind: u64): i64 {
  return quotaLimit(kind) - quotaUsed(kind);
}

/** Of each kind how many there are: 16 bits each; of kinds without a limit always the same. */
export function used(): i64 {
  let all: i64 = 0;
  for (let kind: u64 = 0; kind <= Quota.HANDLES; kind++) all |= (quotaUsed(kind) & 0xffff) << (<i64>kind * 16);
  return all;
}

/** Before anything is counted: `inCopy` writes to a page. */
export function settle(): void {
  store64(heapStart(), 0);
}

/** Makes a copy. True in the copy; else it has ended, and `endOfCopy` tells how. */
export function inCopy(): bool {
  if (fork() == 0) return true;
  expect("the copy ends", wait(heapStart()) > 0 ? 1 : 0, 1);
  return false;
}

/** 0 to 255: it exited with that; 256 and the vector: it was killed. */
export function endOfCopy(): i64 {
  const ending = load64(heapStart());
  return <i64>((ending & Ending.STATUS) | ((ending & Ending.KILLED) != 0 ? 256 : 0));
}
