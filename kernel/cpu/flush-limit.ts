/**
 * More pages than these are forgotten together with all others of the space. What it rests on: docs/ARCHITECTURE.md, "When all is flushed". Constants only,
 * so that `nitros bench tlb` may import it.
 */
export const MOST_PAGES: u32 = 32;
