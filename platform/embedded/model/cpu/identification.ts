import { RAM_ADDRESS_BITS } from "../ram/ram";
import { runningCpu } from "../mmu/state";
import { Feature, hasFeature } from "./features";

/** CPUID as the modelled processor answers it (SDM 2A, CPUID). The leaves that memory management reads; the others are zero. */
const MAX_LEAF: u32 = 7;
const MAX_EXTENDED_LEAF: u32 = 0x8000_0008;
const LINEAR_ADDRESS_BITS: u32 = 48;
const X2APIC: u32 = 1 << 21;

/** Registers, in the order that the platform numbers them. */
namespace Register {
  export const EAX: u32 = 0;
  export const EBX: u32 = 1;
  export const ECX: u32 = 2;
  export const EDX: u32 = 3;
}

export function cpuid(leaf: u32, subleaf: u32, register: u32): u32 {
  if (leaf == 0) return vendor(register);
  if (leaf == 1) return baseFeatures(register);
  if (leaf == 4) return cacheParameters(subleaf, register);
  if (leaf == 7) return subleaf == 0 ? structuredFeatures(register) : 0;
  if (leaf == 0x8000_0000) return register == Register.EAX ? MAX_EXTENDED_LEAF : 0;
  if (leaf == 0x8000_0001) return extendedFeatures(register);
  if (leaf == 0x8000_0008) return register == Register.EAX ? addressSizes() : 0;
  return 0;
}

/** "NitrOS model" in EBX, EDX, ECX. */
function vendor(register: u32): u32 {
  if (register == Register.EAX) return MAX_LEAF;
  if (register == Register.EBX) return 0x7274_694e;
  return register == Register.EDX ? 0x6d20_534f : 0x6c65_646f;
}

/** Of the CPU that runs: its number. */
export function apicId(): u32 {
  return runningCpu();
}

function baseFeatures(register: u32): u32 {
  // Family 6, as all of this line of processors; a CPU with CLFLUSH lines of 64 bytes.
  if (register == Register.EAX) return 0x0000_0600;
  if (register == Register.EBX) return 0x0001_0800 | (apicId() << 24);
  if (register == Register.ECX) return X2APIC | bitIf(Feature.PCID, 17);
  // FPU DE PSE TSC MSR PAE CX8 APIC MTRR CMOV PAT CLFSH FXSR SSE SSE2
  return 0x0709_937d | bitIf(Feature.PGE, 13);
}

/**
 * Deterministic cache parameters: 32 KiB of 8 ways for data and as much for instructions, 1 MiB of 16 ways behind them. The model has no
 * caches; what it says is what many processors say, so that colours can be tried.
 */
function cacheParameters(subleaf: u32, register: u32): u32 {
  if (subleaf > 2 || register == Register.EDX) return 0;
  const isSecond = subleaf == 2;
  // Kind 1 data, 2 instructions, 3 both; level; self-initializing.
  if (register == Register.EAX) return (isSecond ? 3 : subleaf + 1) | ((isSecond ? 2 : 1) << 5) | (1 << 8);
  const ways: u32 = isSecond ? 16 : 8;
  if (register == Register.EBX) return 63 | ((ways - 1) << 22);
  return isSecond ? 1023 : 63;
}

function structuredFeatures(register: u32): u32 {
  if (register == Register.EBX) return bitIf(Feature.SMEP, 7) | bitIf(Feature.INVPCID, 10) | bitIf(Feature.SMAP, 20);
  return register == Register.ECX ? bitIf(Feature.UMIP, 2) : 0;
}

function extendedFeatures(register: u32): u32 {
  if (register != Register.EDX) return 0;
  const syscallAndLongMode: u32 = (1 << 11) | (1 << 29);
  return syscallAndLongMode | bitIf(Feature.NX, 20) | bitIf(Feature.PAGE_1G, 26);
}

/** SDM 3A 4.1.4: bits 7:0 are MAXPHYADDR, 15:8 the linear address width. */
function addressSizes(): u32 {
  return (<u32>RAM_ADDRESS_BITS) | (LINEAR_ADDRESS_BITS << 8);
}

function bitIf(feature: u32, bit: u32): u32 {
  return hasFeature(feature) ? (<u32>1) << bit : 0;
}
