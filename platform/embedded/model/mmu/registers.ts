import { Feature, hasFeature } from "../cpu/features";
import { kernelFault } from "../host";
import { RAM_ADDRESS_BITS } from "../ram/ram";
import { Vector } from "./faults";
import { Cr0, Cr4, Efer, cpu, currentPcid } from "./state";
import { flushStructures, flushStructuresOf } from "./structure-cache";
import { tlbFlushAll, tlbFlushContext, tlbFlushNonGlobal, tlbSwitch } from "./tlb";

/** The control registers and what writing them checks and flushes: SDM 2B (MOV to control register), 3A 2.5 and 4.10.4.1. */

/** A refused write raises #GP(0) in the kernel, which does not return from it. */
export function generalProtection(): void {
  kernelFault(Vector.GENERAL_PROTECTION, 0, 0);
  unreachable();
}

/** Of all PCIDs, global translations too. */
export function flushEverything(): void {
  tlbFlushAll();
  flushStructures();
}

/** Of all PCIDs, but global translations stay. */
export function flushAllContexts(): void {
  tlbFlushNonGlobal();
  flushStructures();
}

export function flushContext(pcid: u32): void {
  tlbFlushContext(pcid);
  flushStructuresOf(pcid);
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
  // SDM 3A 4.10.1, and 64-bit mode cannot be left by clearing PG.
  if (old & ~value & Cr0.PG && state.cr4 & Cr4.PCIDE) return false;
  return !(old & ~value & Cr0.PG && state.efer & Efer.LMA);
}

export function readCr3(): u64 {
  return cpu().cr3;
}

/** With CR4.PCIDE: nothing is to be invalidated. It is part of the instruction, and not of CR3. */
const KEEP: u64 = 0x8000_0000_0000_0000;

/** Invalidates the translations of the PCID that it makes current, unless told to keep them. Global ones and other PCIDs' survive. */
export function writeCr3(value: u64): void {
  const state = cpu();
  const knowsKeep = (state.cr4 & Cr4.PCIDE) != 0;
  const root = knowsKeep ? value & ~KEEP : value;
  if (root >> RAM_ADDRESS_BITS != 0) generalProtection();
  state.cr3 = root;
  if (root == value) flushContext(currentPcid());
  tlbSwitch();
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
  else if (changed & Cr4.PAE || value & ~old & Cr4.SMEP) flushEverything();
}

function isCr4Allowed(value: u64, old: u64): bool {
  if (value & ~cr4Bits()) return false;
  const isLongMode = (cpu().efer & Efer.LMA) != 0;
  if (isLongMode && !(value & Cr4.PAE)) return false;
  const setsPcide = (value & ~old & Cr4.PCIDE) != 0;
  return !setsPcide || (isLongMode && (cpu().cr3 & 0xfff) == 0);
}
