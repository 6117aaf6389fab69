import { isDevice, nobodysAt, registersAt } from "../devices/registers";
import { isRam, ramAt } from "../ram/ram";
import { Access } from "./access";
import { Bit } from "./entry-bits";
import { ErrorBit, Vector, setFault } from "./faults";
import { MemoryType, effectiveType } from "./memory-type";
import { patType } from "./pat";
import { Right, errorCode, isAllowed } from "./rights";
import { Cr0, cpu, currentPcid } from "./state";
import { dropStructures } from "./structure-cache";
import { PAGE_MASK, TlbEntry, tlbDrop, tlbFind, tlbInsert } from "./tlb";
import { WalkEnd, commitWalk, isWalkAccessed, walk, walkFrame, walkPat, walkRights, walkShift } from "./walk";

/**
 * What the manual leaves to the processor, as bits. The model does by default what makes a forgotten invalidation show.
 */
export namespace TlbHabit {
  /** Caches the neighbouring page too when it has been accessed before (SDM 3A 4.10.2.3 allows any translation). */
  export const SPECULATE: u32 = 1;
  /** Faults on the rights in the TLB without reading the tables again, even if they now allow more (SDM 3A 4.10.4.3). */
  export const TRUST_DENIAL: u32 = 2;
}

let habits: u32 = TlbHabit.SPECULATE | TlbHabit.TRUST_DENIAL;

export function setTlbHabits(mask: u32): void {
  habits = mask;
}

/** SDM 1 3.3.7.1, with 48-bit linear addresses: bits 63:47 are equal. */
// @ts-ignore: decorator
@inline
export function isCanonical(linear: u64): bool {
  return <u64>(((<i64>linear) << 16) >> 16) == linear;
}

/**
 * Translates `linear` for one access, sets A and D, and returns where the byte lies in the model's linear memory. 0 when the access
 * faults: the fault stands in `faults.ts`. The rest of the page follows without a break.
 */
export function translate(linear: u64, access: u32): usize {
  if (!(cpu().cr0 & Cr0.PG)) return ramAt(linear);
  if (!isCanonical(linear)) return refuse(Vector.GENERAL_PROTECTION, 0, 0);
  const entry = tlbFind(linear);
  if (entry) {
    if (!isAllowed(entry.rights, access)) {
      if (habits & TlbHabit.TRUST_DENIAL) return refusePage(linear, access, ErrorBit.PRESENT);
    } else if (!(access & Access.WRITE) || entry.rights & Right.DIRTY) {
      return <usize>entry.host + <usize>(linear & PAGE_MASK);
    }
    // The tables are read again: to set D, or to see whether more is allowed now.
    tlbDrop(linear, currentPcid());
  }
  return translateByTables(linear, access);
}

function translateByTables(linear: u64, access: u32): usize {
  const end = walk(linear);
  if (end == WalkEnd.NOT_PRESENT) return refusePage(linear, access, 0);
  if (end == WalkEnd.RESERVED) return refusePage(linear, access, ErrorBit.PRESENT | ErrorBit.RESERVED);
  if (!isAllowed(walkRights(), access)) return refusePage(linear, access, ErrorBit.PRESENT);
  commitWalk(linear, access & Access.WRITE ? Bit.DIRTY : 0);
  const host = memoryAt(walkFrame(), access);
  tlbInsert(linear, host, walkRights(), walkShift(), walkPat(), walkType());
  if (habits & TlbHabit.SPECULATE) speculate(linear ^ (PAGE_MASK + 1));
  return host + <usize>(linear & PAGE_MASK);
}

/** Caches a translation that nothing asked for, if the tables hold it and its use would change nothing in them. */
function speculate(linear: u64): void {
  if (tlbFind(linear) || walk(linear) != WalkEnd.MAPPED) return;
  if (!isWalkAccessed() || !isRam(walkFrame())) return;
  tlbInsert(linear, ramAt(walkFrame()), walkRights(), walkShift(), walkPat(), walkType());
}

/** Where the frame of RAM, or of a device's registers, lies in the model's linear memory. Programs may find neither there. */
function memoryAt(frame: u64, access: u32): usize {
  if (isDevice(frame)) return registersAt(frame);
  return (access & Access.USER) != 0 && !isRam(frame) ? nobodysAt(frame) : ramAt(frame);
}

/** What the PAT and the MTRRs make of the frame that the walk found. The MTRRs say that RAM is write-back, and all else uncached. */
function walkType(): u32 {
  const isCached = isRam(walkFrame()) && !isDevice(walkFrame());
  const ranges: u32 = isCached ? MemoryType.WRITE_BACK : MemoryType.UNCACHED;
  return effectiveType(ranges, patType(walkPat()));
}

/**
 * Whether `translate` would succeed, without setting A or D, caching, or dropping anything: for the half of an access that must not
 * happen unless the other half can. Records the fault if it would not.
 */
export function probe(linear: u64, access: u32): bool {
  if (!(cpu().cr0 & Cr0.PG)) return true;
  if (!isCanonical(linear)) return refuse(Vector.GENERAL_PROTECTION, 0, 0) != 0;
  const entry = tlbFind(linear);
  if (entry) {
    if (isAllowed(entry.rights, access)) return true;
    if (habits & TlbHabit.TRUST_DENIAL) return refusePage(linear, access, ErrorBit.PRESENT) != 0;
  }
  const end = walk(linear);
  if (end == WalkEnd.NOT_PRESENT) return refusePage(linear, access, 0) != 0;
  if (end == WalkEnd.RESERVED) return refusePage(linear, access, ErrorBit.PRESENT | ErrorBit.RESERVED) != 0;
  return isAllowed(walkRights(), access) || refusePage(linear, access, ErrorBit.PRESENT) != 0;
}

function refuse(vector: u32, error: u32, address: u64): usize {
  setFault(vector, error, address);
  return 0;
}

/** A page fault drops what is cached for its address and the current PCID (SDM 3A 4.10.4.1), so that a spurious one comes once. */
function refusePage(linear: u64, access: u32, cause: u32): usize {
  tlbDrop(linear, currentPcid());
  dropStructures(linear, currentPcid());
  return refuse(Vector.PAGE_FAULT, errorCode(access, cause), linear);
}

/** PAT index of the cached or mapped page at `linear`, for tests and reports; 8 if it is not mapped. */
export function patIndexAt(linear: u64): u32 {
  const entry: TlbEntry | null = tlbFind(linear);
  if (entry) return entry.pat;
  return walk(linear) == WalkEnd.MAPPED ? walkPat() : 8;
}

/** The memory type of an access to `linear`, by the TLB if it holds the page, else by the tables; 8 if it is not mapped. */
export function memoryTypeAt(linear: u64): u32 {
  const entry: TlbEntry | null = tlbFind(linear);
  if (entry) return entry.type;
  return walk(linear) == WalkEnd.MAPPED ? walkType() : 8;
}
