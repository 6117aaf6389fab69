/** What became of a page fault. */
export namespace Answer {
  /** The access may be made again. */
  export const ANSWERED: u32 = 0;
  /** The task may not do this there. */
  export const REFUSED: u32 = 1;
  export const NO_MEMORY: u32 = 2;
  /** The page is its server's to supply (`memory-object.ts`): until it has, there is nothing to be had. */
  export const ABSENT: u32 = 3;
}
