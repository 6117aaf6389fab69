/**
 * Where a space's translations may be cached.
 *
 *     byte   0     8         16    24
 *            root  loadedOn  flushes
 */
@unmanaged
export class Translations {
  /** Physical address of the root table; 0 while the space is unused. */
  root: u64;
  /** Bit n: CPU n has the root loaded. */
  loadedOn: u64;
  /** Counts the flushes of all of the space: a CPU that comes back to it with an older number in mind must flush. */
  flushes: u64;
}
if (offsetof<Translations>() != 24) ERROR("Translations is 24 bytes");
