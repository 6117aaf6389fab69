/**
 * Where a space's translations may be cached.
 *
 *     byte   0     8         16       24      32      40
 *            root  loadedOn  flushes  number  idleOn
 */
@unmanaged
export class Translations {
  /** Physical address of the root table; 0 while the space is unused. */
  root: u64;
  /** Bit n: CPU n has the root loaded, and runs the space. */
  loadedOn: u64;
  /** Counts the flushes: a CPU that comes back to the space with an older number in mind must forget what it kept of it. */
  flushes: u64;
  /** Never another space's, before or after: what a CPU keeps of one that has ended is found by nobody. Not 0. */
  number: u64;
  /** Bit n: CPU n has nothing to run, and has the root loaded still. It makes no access of the space's, but looks ahead: its tables must be tables. */
  idleOn: u64;
}
if (offsetof<Translations>() != 40) ERROR("Translations is 40 bytes");

let lastNumber: u64 = 0;

export function numberTranslations(): u64 {
  lastNumber += 1;
  return lastNumber;
}
