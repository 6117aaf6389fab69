import { readModelRegister, writeModelRegister } from "../mmu/model-registers";
import { isApicRegister, readApic, writeApic } from "./apic";

/** RDMSR and WRMSR (SDM 2B). */
export function readMsr(index: u32): u64 {
  return isApicRegister(index) ? readApic(index) : readModelRegister(index);
}

export function writeMsr(index: u32, value: u64): void {
  if (isApicRegister(index)) writeApic(index, value);
  else writeModelRegister(index, value);
}
