/** A quota of page tables: a copy that has ended, and that nobody has waited for, still counts as one. */
import { Errno, exit, fork, Quota, wait, yieldNow } from "nitros";
import { expect, failureCount, left, settle, used } from "./check";

export function main(): i32 {
  settle();
  const before = used();
  const most = left(Quota.TABLES);
  const made = endAsManyAsMayBe();
  expect("there is an end", made > 0 && made <= most ? 1 : 0, 1);
  expect("who waits may", wait(0) > 0 ? 1 : 0, 1);
  for (let i: i64 = 1; i < made; i++) expect("each is waited for", wait(0) > 0 ? 1 : 0, 1);
  expect("nothing is left of them", used(), before);
  expect("there are none", wait(0), Errno.ECHILD);
  return failureCount();
}

/** How many: each ends at once, without having been waited for. */
function endAsManyAsMayBe(): i64 {
  let count: i64 = 0;
  for (let copy = fork(); copy != Errno.ENOMEM; copy = fork()) {
    if (copy == 0) exit(0);
    count += 1;
    yieldNow();
  }
  return count;
}
