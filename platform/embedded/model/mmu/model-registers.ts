import { Feature, hasFeature } from "../cpu/features";
import { generalProtection } from "./registers";
import { isCanonical } from "./translate";
import { Cr0, CpuState, Efer, MAX_CPUS, cpu, runCpu } from "./state";

/** The model-specific registers that the processor has (SDM 4, table 2-2). Any other index is #GP(0). */
namespace Msr {
  export const PAT: u32 = 0x277;
  export const EFER: u32 = 0xc000_0080;
  export const STAR: u32 = 0xc000_0081;
  export const LSTAR: u32 = 0xc000_0082;
  export const CSTAR: u32 = 0xc000_0083;
  export const FMASK: u32 = 0xc000_0084;
  export const FS_BASE: u32 = 0xc000_0100;
  export const GS_BASE: u32 = 0xc000_0101;
  export const KERNEL_GS_BASE: u32 = 0xc000_0102;
}

/** SDM 3A 12.12.4: the PAT after reset. */
const PAT_AT_RESET: u64 = 0x0007_0406_0007_0406;
for (let index = MAX_CPUS - 1; index >= 0; index--) {
  runCpu(index);
  cpu().pat = PAT_AT_RESET;
  cpu().cr0 = Cr0.ET;
}

/** Where the register `index` lies in CpuState; 0 if there is no such register. */
function msrOffset(index: u32): usize {
  if (index == Msr.PAT) return offsetof<CpuState>("pat");
  if (index == Msr.EFER) return offsetof<CpuState>("efer");
  if (index == Msr.STAR) return offsetof<CpuState>("star");
  if (index == Msr.LSTAR) return offsetof<CpuState>("longStar");
  if (index == Msr.CSTAR) return offsetof<CpuState>("compatStar");
  if (index == Msr.FMASK) return offsetof<CpuState>("flagMask");
  if (index == Msr.FS_BASE) return offsetof<CpuState>("fsBase");
  if (index == Msr.GS_BASE) return offsetof<CpuState>("gsBase");
  return index == Msr.KERNEL_GS_BASE ? offsetof<CpuState>("kernelGsBase") : 0;
}

export function readModelRegister(index: u32): u64 {
  const offset = msrOffset(index);
  if (offset == 0) generalProtection();
  return load<u64>(changetype<usize>(cpu()) + offset);
}

export function writeModelRegister(index: u32, value: u64): void {
  const offset = msrOffset(index);
  if (offset == 0 || !isMsrValue(index, value)) generalProtection();
  const kept = index == Msr.EFER ? withLma(value) : value;
  store<u64>(changetype<usize>(cpu()) + offset, kept);
}

function isMsrValue(index: u32, value: u64): bool {
  if (index == Msr.EFER) return isEferAllowed(value);
  if (index == Msr.PAT) return isPatAllowed(value);
  if (index == Msr.FMASK) return value >> 32 == 0;
  return index == Msr.STAR || isCanonical(value);
}

/** LMA is the processor's own: a write leaves it. */
function withLma(value: u64): u64 {
  return (value & ~Efer.LMA) | (cpu().efer & Efer.LMA);
}

function isEferAllowed(value: u64): bool {
  let bits = Efer.SCE | Efer.LME | Efer.LMA;
  if (hasFeature(Feature.NX)) bits |= Efer.NXE;
  if (value & ~bits) return false;
  const changesLme = ((value ^ cpu().efer) & Efer.LME) != 0;
  return !(changesLme && cpu().cr0 & Cr0.PG);
}

/** SDM 3A 12.12.2: each byte is a memory type, 2 and 3 are none. */
function isPatAllowed(value: u64): bool {
  for (let index: u64 = 0; index < 64; index += 8) {
    const type = (value >> index) & 0xff;
    if (type > 7 || type == 2 || type == 3) return false;
  }
  return true;
}
