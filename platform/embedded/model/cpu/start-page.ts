/** What is in the page at which a processor starts, in place of code: what that would load. Words of 64 bits. Constants only. */
export namespace StartAt {
  export const MAGIC: u64 = 0;
  export const CR3: u64 = 8;
  export const EFER: u64 = 16;
  export const CR0: u64 = 24;
}
/** "NITRCPU!" */
export const START_MAGIC: u64 = 0x2155_5043_5254_494e;
