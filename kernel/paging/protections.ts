/** CPU protections, as bits; the trace's PROTECTIONS record holds them. Constants only. */
export namespace Protection {
  /** No-execute pages. SDM 3A 4.6. */
  export const NX: u32 = 1;
  /** The kernel respects read-only pages. */
  export const WP: u32 = 2;
  /** The kernel never executes user pages. */
  export const SMEP: u32 = 4;
  /** The kernel touches user pages only inside the copy functions. */
  export const SMAP: u32 = 8;
  /** Ring 3 cannot read where the descriptor tables are. */
  export const UMIP: u32 = 16;
  /** Kernel pages stay in the TLB across address spaces. */
  export const PGE: u32 = 32;
}
export const PROTECTION_COUNT: u32 = 6;
