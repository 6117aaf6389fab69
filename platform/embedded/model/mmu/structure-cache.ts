import { levelShift } from "./entry-bits";
import { MAX_CPUS, currentPcid, runningCpu } from "./state";

/**
 * The paging-structure caches of SDM 3A 4.10.3: one direct-mapped cache each for PML4 entries, PDPT entries and PD entries that
 * reference tables. An entry goes stale when software changes the tables, exactly as on hardware: a freed page table stays reachable
 * until INVLPG or a CR3 load.
 *
 *     byte  size  field
 *        0     8  tag    the linear address with every bit below the level's shift set, but the PCID in bits 11:0; 0 when empty
 *        8     8  value  address of the next table | effective rights (bits 2:0 of Right)
 */
const PCID_MASK: u64 = 0xfff;
const SLOTS: i32 = 64;
const SLOT_SHIFT: i32 = 4;
const CACHE_BYTES: i32 = 1024; // SLOTS << SLOT_SHIFT
const CPU_BYTES: i32 = 3072; // three caches
const caches = memory.data(196608, 16); // MAX_CPUS * CPU_BYTES

if (MAX_CPUS * CPU_BYTES != 196608) ERROR("a CPU lacks its structure caches");

/** Lowest level whose entries can reference a table. */
const LOWEST: u32 = 2;

function slotOf(linear: u64, level: u32): usize {
  const index = <i32>((linear >> levelShift(level)) & (SLOTS - 1));
  return caches + runningCpu() * CPU_BYTES + <i32>(level - LOWEST) * CACHE_BYTES + (index << SLOT_SHIFT);
}

function tagOf(linear: u64, level: u32, pcid: u32): u64 {
  const below = ((<u64>1) << levelShift(level)) - 1;
  return ((linear | below) & ~PCID_MASK) | pcid;
}

/** The cached value for the entry of `level` that translates `linear` for the current PCID, or 0. */
export function cachedStructure(linear: u64, level: u32): u64 {
  const slot = slotOf(linear, level);
  return load<u64>(slot) == tagOf(linear, level, currentPcid()) ? load<u64>(slot, 8) : 0;
}

export function cacheStructure(linear: u64, level: u32, table: u64, rights: u32): void {
  const slot = slotOf(linear, level);
  store<u64>(slot, tagOf(linear, level, currentPcid()));
  store<u64>(slot, table | rights, 8);
}

export function flushStructures(): void {
  memory.fill(caches + runningCpu() * CPU_BYTES, 0, CPU_BYTES);
}

export function flushStructuresOf(pcid: u32): void {
  const first = caches + runningCpu() * CPU_BYTES;
  for (let slot: usize = first; slot < first + CPU_BYTES; slot += 1 << SLOT_SHIFT) {
    if ((load<u64>(slot) & PCID_MASK) == pcid) store<u64>(slot, 0);
  }
}

/** The entries that would be used for `linear` and `pcid`. */
export function dropStructures(linear: u64, pcid: u32): void {
  for (let level = LOWEST; level <= 4; level++) {
    const slot = slotOf(linear, level);
    if (load<u64>(slot) == tagOf(linear, level, pcid)) store<u64>(slot, 0);
  }
}
