/** Unpredictable bits, for the boot agent and the kernel. */
import { clock, cpuid, rdrand } from "./processor";

const ECX: u32 = 2;
const RDRAND: u32 = 1 << 30;
/** SDM 1 7.3.17: RDRAND may run dry for a moment, ten times in a row only when it is broken. */
const TRIES: u32 = 10;

/** 64 unpredictable bits: RDRAND, else the time-stamp counter, mixed. */
export function entropy64(): u64 {
  const tries: u32 = (cpuid(1, 0, ECX) & RDRAND) != 0 ? TRIES : 0;
  for (let done: u32 = 0; done < tries; done++) {
    const drawn = rdrand();
    if (drawn != 0) return drawn;
  }
  return mix(clock());
}

/** The finisher of SplitMix64 (Steele, Lea, Flood 2014): neighbouring times must not give neighbouring numbers. */
function mix(time: u64): u64 {
  let mixed = time * 0x9e37_79b9_7f4a_7c15;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58_476d_1ce4_e5b9;
  return mixed ^ (mixed >> 31);
}
