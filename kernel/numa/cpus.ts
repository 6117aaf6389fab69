import { MAX_CPUS } from "../frames/cpu-cache";
import { CpuState } from "./cpu-state";
import { noteOddity } from "./oddities";
import { Oddity } from "./oddity";

/**
 * The processors that the firmware lists. 0 is the one that booted, as `cpuIndex` has it; the others follow in the MADT's order.
 *
 *     byte  size  field
 *        0     4  APIC id
 *        4     4  CpuState
 *        8     4  proximity domain
 *       12     4  1 if the SRAT names one
 *       16        end
 */
const CPU_BYTES: usize = 16;
const cpus = memory.data(1024, 8);
if (64 * 16 != 1024 || MAX_CPUS != 64) ERROR("cpus holds MAX_CPUS processors");

export const NO_CPU: u32 = u32.MAX_VALUE;

let count: u32 = 0;

/** Forgets all but the processor that booted. */
export function forgetCpus(bootApicId: u32): void {
  count = 0;
  append(bootApicId, CpuState.ENABLED);
}

/** Adds a processor. Listed twice or too many, it is noted and left out. */
export function addCpu(apicId: u32, state: u32): void {
  if (findCpu(apicId) != NO_CPU) return noteOddity(Oddity.CPU_TWICE, apicId);
  if (count == MAX_CPUS) return noteOddity(Oddity.TOO_MANY_CPUS, apicId);
  append(apicId, state);
}

function append(apicId: u32, state: u32): void {
  const at = cpus + <usize>count * CPU_BYTES;
  store<u32>(at, apicId);
  store<u32>(at, state, 4);
  store<u64>(at, 0, 8);
  count++;
}

/** Its index, or NO_CPU. */
export function findCpu(apicId: u32): u32 {
  for (let i: u32 = 0; i < count; i++) if (cpuApicId(i) == apicId) return i;
  return NO_CPU;
}

export function cpuCount(): u32 {
  return count;
}

export function cpuApicId(index: u32): u32 {
  return load<u32>(cpus + <usize>index * CPU_BYTES);
}

/** CpuState bits. */
export function cpuState(index: u32): u32 {
  return load<u32>(cpus + <usize>index * CPU_BYTES, 4);
}

/** The first domain that is named counts. */
export function setCpuDomain(index: u32, domain: u32): void {
  if (cpuHasDomain(index)) {
    if (cpuDomain(index) != domain) noteOddity(Oddity.CPU_TWICE, cpuApicId(index));
    return;
  }
  store<u32>(cpus + <usize>index * CPU_BYTES, domain, 8);
  store<u32>(cpus + <usize>index * CPU_BYTES, 1, 12);
}

export function cpuDomain(index: u32): u32 {
  return load<u32>(cpus + <usize>index * CPU_BYTES, 8);
}

export function cpuHasDomain(index: u32): bool {
  return load<u32>(cpus + <usize>index * CPU_BYTES, 12) != 0;
}
