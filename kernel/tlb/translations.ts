import { TableOwner } from "../paging/table-owner";

/**
 * Where a space's translations may be cached.
 *
 *     byte   0     8      16        24       32      40
 *            root  quota  loadedOn  flushes  number  idleOn
 */
@unmanaged
export class Translations extends TableOwner {
  /** Bit n: CPU n has the root loaded, and runs the space. */
  loadedOn: u64;
  /** Counts the flushes: a CPU that comes back to the space with an older number in mind must forget what it kept of it. */
  flushes: u64;
  /** Never another space's, before or after: what a CPU keeps of one that has ended is found by nobody. Not 0. */
  number: u64;
  /** Bit n: CPU n has nothing to run, and has the root loaded still. It makes no access of the space's, but looks ahead: its tables must be tables. */
  idleOn: u64;
}
if (offsetof<Translations>() != 48) ERROR("Translations is 48 bytes");

let lastNumber: u64 = 0;

export function numberTranslations(): u64 {
  lastNumber += 1;
  return lastNumber;
}
