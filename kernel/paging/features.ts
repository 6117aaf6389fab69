import { cpuid, readCr0, readCr4, readMsr, writeCr0, writeCr4, writeMsr } from "platform";
import { Pte } from "./pte";
import { Protection } from "./protections";

/** What this CPU has, and turning it on. Features are looked for before use: SDM 2A, CPUID. */
const CR0_WP: u64 = 1 << 16;
const CR4_PGE: u64 = 1 << 7;
const CR4_UMIP: u64 = 1 << 11;
const CR4_SMEP: u64 = 1 << 20;
const CR4_SMAP: u64 = 1 << 21;
const EFER: u32 = 0xc000_0080;
const EFER_NXE: u64 = 1 << 11;

const EAX: u32 = 0;
const EBX: u32 = 1;
const ECX: u32 = 2;
const EDX: u32 = 3;

let present: u32 = 0;
let hugePages: bool = false;
let physicalBits: u32 = 36;
/** All-ones except `NO_EXECUTE` while that bit would be reserved: EFER.NXE is off. */
let entryMask: u64 = ~Pte.NO_EXECUTE;

/** Reads CPUID. Called once, before any table is built. */
export function detectFeatures(): void {
  present = Protection.WP;
  if ((cpuid(1, 0, EDX) & (1 << 13)) != 0) present |= Protection.PGE;
  if (cpuid(0, 0, EAX) >= 7) detectLeaf7();
  const extended = cpuid(0x8000_0000, 0, EAX);
  if (extended >= 0x8000_0001) detectExtended();
  if (extended >= 0x8000_0008) physicalBits = cpuid(0x8000_0008, 0, EAX) & 0xff;
}

function detectLeaf7(): void {
  const ebx = cpuid(7, 0, EBX);
  if ((ebx & (1 << 7)) != 0) present |= Protection.SMEP;
  if ((ebx & (1 << 20)) != 0) present |= Protection.SMAP;
  if ((cpuid(7, 0, ECX) & (1 << 2)) != 0) present |= Protection.UMIP;
}

function detectExtended(): void {
  const edx = cpuid(0x8000_0001, 0, EDX);
  if ((edx & (1 << 20)) != 0) present |= Protection.NX;
  hugePages = (edx & (1 << 26)) != 0;
}

/** Protection bits that this CPU has. */
export function protectionsPresent(): u32 {
  return present;
}

export function hasHugePages(): bool {
  return hugePages;
}

/** MAXPHYADDR: entries hold no address at or above 2^this (SDM 3A 4.1.4). */
export function physicalAddressBits(): u32 {
  return physicalBits;
}

/**
 * Sets NXE and WP, on this CPU. NXE first of all: loading tables that contain NX without it makes every such entry a
 * reserved-bit fault.
 */
export function enableTableProtections(): void {
  if ((present & Protection.NX) != 0) {
    writeMsr(EFER, readMsr(EFER) | EFER_NXE);
    entryMask = u64.MAX_VALUE;
  }
  writeCr0(readCr0() | CR0_WP);
}

/**
 * Sets SMEP, SMAP, UMIP and PGE, on this CPU, once the kernel's own tables are loaded. PGE last, and only now: toggling it
 * flushes everything, so that no translation of the firmware's survives.
 */
export function enableModeProtections(): void {
  let cr4 = readCr4() & ~CR4_PGE;
  writeCr4(cr4);
  if ((present & Protection.SMEP) != 0) cr4 |= CR4_SMEP;
  if ((present & Protection.SMAP) != 0) cr4 |= CR4_SMAP;
  if ((present & Protection.UMIP) != 0) cr4 |= CR4_UMIP;
  if ((present & Protection.PGE) != 0) cr4 |= CR4_PGE;
  writeCr4(cr4);
}

/** Protection bits that are on, read back from the control registers of this CPU. */
export function protectionsEnabled(): u32 {
  const cr4 = readCr4();
  let enabled: u32 = 0;
  if ((readMsr(EFER) & EFER_NXE) != 0) enabled |= Protection.NX;
  if ((readCr0() & CR0_WP) != 0) enabled |= Protection.WP;
  if ((cr4 & CR4_SMEP) != 0) enabled |= Protection.SMEP;
  if ((cr4 & CR4_SMAP) != 0) enabled |= Protection.SMAP;
  if ((cr4 & CR4_UMIP) != 0) enabled |= Protection.UMIP;
  if ((cr4 & CR4_PGE) != 0) enabled |= Protection.PGE;
  return enabled;
}

/** `flags` without the bits that this CPU would take as reserved. */
export function supportedFlags(flags: u64): u64 {
  return flags & entryMask;
}
