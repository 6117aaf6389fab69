import { cpuid, writeMsr } from "platform";
import { Caching } from "./caching";
import { Pte, smallOf } from "./pte";

/**
 * Memory types of pages, by the page attribute table (SDM 3A 12.12): an entry's PAT, PCD and PWT are an index into its eight types.
 *
 *     index           7     6     5     4     3     2     1     0
 *     PAT PCD PWT     111   110   101   100   011   010   001   000
 *     after reset     UC    UC-   WT    WB    UC    UC-   WT    WB
 *     here            UC    UC-   WC    WB    UC    UC-   WT    WB
 *
 * One type differs. Index 5 is in no table of the firmware's or the boot agent's, and in none of the kernel's before its processor has set
 * it, but for those that the others start on: a processor that looks ahead there before it has, or one that reads bit 2 of the index as 0
 * (so some early 64-bit ones, in errata), takes write-through, which is slower, and right. So nothing cached is of the old type, and none of
 * what a change of types else takes (SDM 3A 12.12.4, 12.11.8) is done.
 */
const PAT_MSR: u32 = 0x277;
/** A byte for each index: 0 UC, 1 WC, 4 WT, 6 WB, 7 UC- (SDM 3A table 12-10). */
const TYPES: u64 = 0x0007_0106_0007_0406;
const UNCACHED_BITS: u64 = 24;
if (UNCACHED_BITS != (Pte.CACHE_DISABLE | Pte.WRITE_THROUGH)) ERROR("UNCACHED_BITS is index 3");
const WRITE_COMBINING_BITS: u64 = 136;
if (WRITE_COMBINING_BITS != (Pte.PAT | Pte.WRITE_THROUGH)) ERROR("WRITE_COMBINING_BITS is index 5");

const EDX: u32 = 3;

/** CPUID.1:EDX[16]. Without it PAT is a reserved bit. */
export function hasMemoryTypes(): bool {
  return (cpuid(1, 0, EDX) & (1 << 16)) != 0;
}

/** Sets this CPU's table. Each CPU's must be the same (SDM 3A 12.12.4). */
export function setMemoryTypes(): void {
  if (!hasMemoryTypes()) return;
  writeMsr(PAT_MSR, TYPES);
}

/** Bits of a 4 KiB page's entry for `caching`. `leafAt` makes them those of a larger page's. Without a PAT write-combining is uncached. */
export function cachingBits(caching: u32): u64 {
  if (caching == Caching.WRITE_BACK) return 0;
  return caching == Caching.WRITE_COMBINING && hasMemoryTypes() ? WRITE_COMBINING_BITS : UNCACHED_BITS;
}

/** The other way around: how `entry`, a leaf of `level`, has its page cached. */
export function cachingOf(entry: u64, level: u32): u32 {
  const bits = (level == 1 ? entry : smallOf(entry)) & (UNCACHED_BITS | WRITE_COMBINING_BITS);
  if (bits == 0) return Caching.WRITE_BACK;
  return bits == WRITE_COMBINING_BITS ? Caching.WRITE_COMBINING : Caching.UNCACHED;
}
