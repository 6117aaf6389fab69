/**
 * What the programs of this folder must know, by the number of a call: a specimen, in whose place the test (`support/calls.ts`) writes one from
 * docs/SYSCALLS.md. As chains of conditions: a table would be memory that the task can write over. `family` is a task's number, of the one whose copy
 * asks: mistakes are planted in some.
 */
export const CALLS: u32 = 1000;
export const NUMBERS: u32 = 1;
/** What the tenant lets others do with memory that nobody else may write. */
export const LENT: u64 = 5;

/** Which calls are drawn. */
export function numberOf(index: u32): u32 {
  return index == 0 ? 2 : 2;
}

/** Which errors they may answer with: bit n for -n. Bit 63 is always set, unless the task has wiped its own constants. */
export function errorsOf(number: u32, family: u32): u64 {
  return number == 2 || family == 0 ? (<u64>1) << 63 : ((<u64>1) << 63) | ((<u64>1) << 38);
}

/** Calls that give a program without a manifest nothing, whatever their arguments. */
export function isForbidden(number: u32, family: u32): bool {
  return number == 12 && family != 0;
}

/** What whoever makes memory may do with it. */
export function rightsOfMaker(family: u32): u64 {
  return family == 0 ? 7 : 7;
}
