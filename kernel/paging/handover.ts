import { physStore64, readCr3, readCr4, writeCr3, writeCr4 } from "platform";
import { PhysAddr } from "../address/addr";
import { ENTRIES_PER_TABLE, entryAddress } from "./pte";

/** The page tables that the boot agent made: the kernel runs on them until it has loaded its own. */
const CR4_PGE: u64 = 1 << 7;
const ENTRY_BYTES: u64 = 8;

/**
 * Takes the lower half out of the tables in use. Everything below their root is the firmware's there, and lies in memory that the
 * kernel is about to hand out: the processor may walk it at any time, and set accessed bits in it, whoever owns the frame by then
 * (SDM 3A 4.8, 4.10.2.3). Needs the direct map, in which the root lies.
 */
export function leaveLowerHalf(): void {
  const root = entryAddress(readCr3());
  for (let i: u64 = 0; i < ENTRIES_PER_TABLE / 2; i++) physStore64(<PhysAddr>(root + i * ENTRY_BYTES), 0);
  // What the firmware marked global outlives a change of CR3, but no change of PGE (SDM 3A 4.10.4.1).
  writeCr4(readCr4() & ~CR4_PGE);
  writeCr3(readCr3());
}
