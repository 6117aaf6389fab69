import { MapFlag, mmap, munmap, Protect, Quota, quotaLimit, quotaUsed } from "nitros";
import { expect } from "./refused";

/** Programs that use up what their quota lets them have. */

const PAGE: u64 = 4096;
const LARGE: u64 = 0x20_0000;
const OWN: u64 = MapFlag.PRIVATE | MapFlag.ANONYMOUS;
/** Addresses that nobody else uses: below the zones for programs. */
const APART: u64 = 0x100_0000;
const LENGTH: u64 = 0x4000_0000;

/** How many of `kind` there may be beside those that there are. */
export function left(kind: u64): i64 {
  return quotaLimit(kind) - quotaUsed(kind);
}

/** All the regions that there may be, of a page each. */
export function takeRegions(): void {
  let at = APART;
  while (left(Quota.REGIONS) > 0 && take(at, 0)) at += 2 * PAGE;
}

/** All the page tables, each with a page. */
export function takeTables(): void {
  let at = APART;
  while (left(Quota.TABLES) > 0 && take(at, MapFlag.POPULATE)) at += LARGE;
}

function take(at: u64, flags: u64): bool {
  const taken = mmap(at, PAGE, Protect.READ | Protect.WRITE, OWN | MapFlag.FIXED_NOREPLACE | flags);
  expect("a page apart", taken, at);
  return taken == at;
}

/** What is apart. */
export function giveBack(): void {
  expect("what is apart goes", munmap(APART, LENGTH), 0);
}
