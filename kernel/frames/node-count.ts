/**
 * What is known of each node, in words of its own in the frame table that all CPUs change by atomic additions: frames that are free in its
 * areas, and where its frames went, as Linux's numastat counts.
 *
 * Frames are counted when they leave their area: for a CPU's word 64 at a time, though they are handed out one by one; those that a CPU
 * frees into its own word and takes again are not counted again. Constants only, so that tests may import them.
 */
export namespace NodeCount {
  /** Free, and in no CPU's hands. What CPUs freed one by one is told a little later: `tellFreed`. */
  export const FREE: u32 = 0;
  /** Taken from this node, where they were wanted. */
  export const HIT: u32 = 1;
  /** Taken from this node, because the one where they were wanted had none. */
  export const MISS: u32 = 2;
  /** Wanted from this node, and taken from another. */
  export const FOREIGN: u32 = 3;
  /** Blocks and frames, by number of calls, that an interleaving placement wanted here and had here. */
  export const INTERLEAVED: u32 = 4;
  /** Taken from this node by one of its CPUs; by another. */
  export const LOCAL: u32 = 5;
  export const OTHER: u32 = 6;
}
