import { cpuid, readCr0, readCr4, readMsr, writeCr0, writeCr4, writeMsr } from "platform";
import { Pte } from "./pte";
import { Protection } from "./protections";

/** What this CPU has, and turning it on. Features are looked for before use: SDM 2A, CPUID. */
const CR0_WP: u64 = 1 << 16;
const CR4_MCE: u64 = 1 << 6;
const CR4_PGE: u64 = 1 << 7;
const CR4_UMIP: u64 = 1 << 11;
const CR4_PCIDE: u64 = 1 << 17;
const CR4_SMEP: u64 = 1 << 20;
const CR4_SMAP: u64 = 1 << 21;
const EFER: u32 = 0xc000_0080;
const EFER_NXE: u64 = 1 << 11;

/**
 * CR0 and CR4 as this kernel wants them (SDM 3A 2.5), whatever the firmware left: what is not named here is off. So ring 3
 * has no alignment checks (CR0.AM), no counters (CR4.PCE), no keys (PKE), no state that FXSAVE does not save (OSXSAVE), and
 * no way to set GS's base (FSGSBASE), by which metal's entry code tells the kernel's from the user's.
 *
 *     CR0   PG, WP, NE, ET, MP, PE      floating point is ring 3's to use: neither EM nor TS (SDM 3A 9.2)
 *     CR4   OSXMMEXCPT, OSFXSR, PAE     and SSE, as FXSAVE saves it (SDM 3A 13.1)
 */
const CR0: u64 = 0x8000_0033 | CR0_WP;
const CR4: u64 = (1 << 5) | (1 << 9) | (1 << 10);
/** EFER's SCE, which the platform sets, LME, and LMA, which must be written as it is (SDM 3A 2.2.1). */
const EFER_KEPT: u64 = (1 << 0) | (1 << 8) | (1 << 10);

const EAX: u32 = 0;
const EBX: u32 = 1;
const ECX: u32 = 2;
const EDX: u32 = 3;

let present: u32 = 0;
let hugePages: bool = false;
/** There is CR4.MCE. With it #MC is a panic that can be read; without it the processor shuts down (SDM 3A 2.5). */
let machineChecks: bool = false;
/** There are process-context identifiers, and global pages, without which kernel pages would be cached once for each. */
let contexts: bool = false;
/** There is INVPCID. */
let contextInvalidation: bool = false;
/** All-ones except `NO_EXECUTE` while that bit would be reserved: EFER.NXE is off. */
let entryMask: u64 = ~Pte.NO_EXECUTE;

/** Reads CPUID. Called once, before any table is built. */
export function detectFeatures(): void {
  present = Protection.WP;
  const edx = cpuid(1, 0, EDX);
  if ((edx & (1 << 13)) != 0) present |= Protection.PGE;
  machineChecks = (edx & (1 << 7)) != 0;
  contexts = (cpuid(1, 0, ECX) & (1 << 17)) != 0 && (present & Protection.PGE) != 0;
  if (cpuid(0, 0, EAX) >= 7) detectLeaf7();
  const extended = cpuid(0x8000_0000, 0, EAX);
  if (extended >= 0x8000_0001) detectExtended();
}

function detectLeaf7(): void {
  const ebx = cpuid(7, 0, EBX);
  if ((ebx & (1 << 7)) != 0) present |= Protection.SMEP;
  if ((ebx & (1 << 20)) != 0) present |= Protection.SMAP;
  contextInvalidation = (ebx & (1 << 10)) != 0;
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

/** Are translations cached for process-context identifiers (SDM 3A 4.10.1)? Once `enableModeProtections` has run on this CPU. */
export function hasContexts(): bool {
  return contexts;
}

/** Is there the instruction INVPCID? */
export function hasContextInvalidation(): bool {
  return contextInvalidation;
}

/**
 * Writes EFER and CR0, with NXE and WP, on this CPU. NXE first of all: loading tables that contain NX without it makes every
 * such entry a reserved-bit fault.
 */
export function enableTableProtections(): void {
  const kept = readMsr(EFER) & EFER_KEPT;
  const hasNx = (present & Protection.NX) != 0;
  writeMsr(EFER, hasNx ? kept | EFER_NXE : kept);
  if (hasNx) entryMask = u64.MAX_VALUE;
  writeCr0(CR0);
}

/**
 * Writes CR4, with SMEP, SMAP, UMIP, PGE and PCIDE, on this CPU, once the kernel's own tables are loaded: they are PCID 0's, as they must
 * be (SDM 3A 4.10.1). PGE late, and only now: toggling it flushes everything, so that no translation of the firmware's survives.
 */
export function enableModeProtections(): void {
  let cr4 = CR4;
  if (machineChecks) cr4 |= CR4_MCE;
  if ((present & Protection.SMEP) != 0) cr4 |= CR4_SMEP;
  if ((present & Protection.SMAP) != 0) cr4 |= CR4_SMAP;
  if ((present & Protection.UMIP) != 0) cr4 |= CR4_UMIP;
  writeCr4(cr4);
  if ((present & Protection.PGE) == 0) return;
  writeCr4(cr4 | CR4_PGE);
  if (contexts) writeCr4(cr4 | CR4_PGE | CR4_PCIDE);
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
