/** Bits of a page fault's error code (SDM 3A 4.7). W and U describe the access, not the rights. Constants only. */
export namespace FaultBit {
  export const PRESENT: u64 = 1;
  export const WRITE: u64 = 2;
  export const USER: u64 = 4;
  export const RESERVED: u64 = 8;
  export const FETCH: u64 = 16;
}
