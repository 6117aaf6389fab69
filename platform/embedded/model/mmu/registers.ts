import { Feature, hasFeature } from "../cpu/features";
import { kernelFault } from "../host";
import { RAM_ADDRESS_BITS } from "../ram/ram";
import { Vector } from "./faults";
import { Cr0, Cr4, Efer, cpu } from "./state";
import { flushStructures } from "./structure-cache";
import { tlbFlushAll, tlbFlushNonGlobal } from "./tlb";

/** The control registers and what writing them checks and flushes: SDM 2B (MOV to control register), 3A 2.5 and 4.10.4.1. */

/** A refused write raises #GP(0) in the kernel, which does not return from it. */
export function generalProtection(): void {
  kernelFault(Vector.GENERAL_PROTECTION, 0, 0);
  unreachable();
}

function flushEverything(): void {
  tlbFlushAll();
  flushStructures();
}

function flushCurrentSpace(): void {
  tlbFlushNonGlobal();
  flushStructures();
}

export function readCr0(): u64 {
  return cpu().cr0;
}

export function writeCr0(value: u64): void {
  const state = cpu();
  const old = state.cr0;
  if (!isCr0Allowed(value, old)) generalProtection();
  state.cr0 = (value & 0xe005_003f) | Cr0.ET;
  if ((value & Cr0.PG) == (old & Cr0.PG)) return;
  // SDM 3A 4.1.1: LMA follows PG where LME is set. Turning paging on starts with nothing cached.
  if (value & Cr0.PG) state.efer |= state.efer & Efer.LME ? Efer.LMA : 0;
  flushEverything();
}

function isCr0Allowed(value: u64, old: u64): bool {
  if (value >> 32 != 0) return false;
  if (value & Cr0.PG && !(value & Cr0.PE)) return false;
  if (value & Cr0.NW && !(value & Cr0.CD)) return false;
  const state = cpu();
  const turnsOn = (value & ~old & Cr0.PG) != 0;
  if (turnsOn && state.efer & Efer.LME && !(state.cr4 & Cr4.PAE)) return false;
  // 64-bit mode cannot be left by clearing PG.
  return !(old & ~value & Cr0.PG && state.efer & Efer.LMA);
}

export function readCr3(): u64 {
  return cpu().cr3;
}

/** Global translations survive. With PCIDE the model flushes all PCIDs whatever bit 63 says: a processor may always flush more. */
export function writeCr3(value: u64): void {
  const state = cpu();
  const keep: u64 = state.cr4 & Cr4.PCIDE ? 0x7fff_ffff_ffff_ffff : 0xffff_ffff_ffff_ffff;
  const root = value & keep;
  if (root >> RAM_ADDRESS_BITS != 0) generalProtection();
  state.cr3 = root;
  flushCurrentSpace();
}

export function readCr4(): u64 {
  return cpu().cr4;
}

/** VME PVI TSD DE PSE PAE MCE PGE PCE OSFXSR OSXMMEXCPT: bits 10:0, on every processor of this kind but PGE. */
const CR4_BASE: u64 = 0x77f;

function cr4Bits(): u64 {
  let bits = CR4_BASE;
  if (hasFeature(Feature.PGE)) bits |= Cr4.PGE;
  if (hasFeature(Feature.UMIP)) bits |= Cr4.UMIP;
  if (hasFeature(Feature.PCID)) bits |= Cr4.PCIDE;
  if (hasFeature(Feature.SMEP)) bits |= Cr4.SMEP;
  if (hasFeature(Feature.SMAP)) bits |= Cr4.SMAP;
  return bits;
}

export function writeCr4(value: u64): void {
  const state = cpu();
  const old = state.cr4;
  if (!isCr4Allowed(value, old)) generalProtection();
  state.cr4 = value;
  const changed = value ^ old;
  if (changed & Cr4.PGE || old & ~value & Cr4.PCIDE) flushEverything();
  else if (changed & Cr4.PAE || value & ~old & Cr4.SMEP) flushAllOfCurrentSpace();
}

/** Of the current PCID global translations go too; the model has no other PCIDs to spare. */
function flushAllOfCurrentSpace(): void {
  flushEverything();
}

function isCr4Allowed(value: u64, old: u64): bool {
  if (value & ~cr4Bits()) return false;
  const isLongMode = (cpu().efer & Efer.LMA) != 0;
  if (isLongMode && !(value & Cr4.PAE)) return false;
  const setsPcide = (value & ~old & Cr4.PCIDE) != 0;
  return !setsPcide || (isLongMode && (cpu().cr3 & 0xfff) == 0);
}
