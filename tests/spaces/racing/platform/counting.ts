import { runningCpu } from "model/mmu/state";
import * as mmu from "platform/mmu";

/** How often the kernel has each CPU invalidate a page, load CR3 without keeping what is cached, and load it keeping that. */
const counts = memory.data(4096, 8);
const PAGES: usize = 0;
const FLUSHES: usize = 8;
const KEPT: usize = 16;
const CPU_SHIFT: usize = 6;

/** `what` is 0, 1 or 2, in that order. */
export function invalidations(cpu: u32, what: u32): u64 {
  return load<u64>(counts + ((<usize>cpu) << CPU_SHIFT) + ((<usize>what) << 3));
}

function count(what: usize): void {
  const at = counts + ((<usize>runningCpu()) << CPU_SHIFT) + what;
  store<u64>(at, load<u64>(at) + 1);
}

export function invalidatePage(address: u64): void {
  count(PAGES);
  mmu.invalidatePage(address);
}

export function writeCr3(value: u64): void {
  count(value >> 63 == 0 ? FLUSHES : KEPT);
  mmu.writeCr3(value);
}
