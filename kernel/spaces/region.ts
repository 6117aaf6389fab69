import { Pte } from "../paging/pte";

/** Rights of a region, and of an image's segment (the values of ELF's p_flags). */
export namespace Right {
  export const EXECUTE: u32 = 1;
  export const WRITE: u32 = 2;
  export const READ: u32 = 4;
}

/**
 * A stretch of one space with one meaning.
 *
 *     byte  0            8            16    20
 *           first        last         kind  rights
 */
@unmanaged
@final
export class Region {
  first: u64;
  /** The last byte, inclusive. */
  last: u64;
  kind: u32;
  /** Right bits; 0 for a guard, which has no pages. */
  rights: u32;

  holds(address: u64): bool {
    return address >= this.first && address <= this.last;
  }
}
if (offsetof<Region>() != 24) ERROR("Region is 24 bytes");

/** Pte bits of a user page with `rights`. Write and execute never go together. */
export function pageFlags(rights: u32): u64 {
  assert((rights & (Right.WRITE | Right.EXECUTE)) != (Right.WRITE | Right.EXECUTE));
  const write: u64 = (rights & Right.WRITE) != 0 ? Pte.WRITE : 0;
  const execute: u64 = (rights & Right.EXECUTE) != 0 ? 0 : Pte.NO_EXECUTE;
  return Pte.USER | write | execute;
}
