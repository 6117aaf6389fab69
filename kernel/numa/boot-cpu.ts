import { cpuid } from "platform";

const EAX: u32 = 0;
const EBX: u32 = 1;
const EDX: u32 = 3;
const TOPOLOGY_LEAF: u32 = 0xb;

/** The APIC id of the processor that runs this: 32 bits where it has them (SDM 2A, CPUID leaf 0BH), else 8 (leaf 01H). */
export function ownApicId(): u32 {
  const hasTopology = cpuid(0, 0, EAX) >= TOPOLOGY_LEAF && cpuid(TOPOLOGY_LEAF, 0, EBX) != 0;
  return hasTopology ? cpuid(TOPOLOGY_LEAF, 0, EDX) : cpuid(1, 0, EBX) >> 24;
}
