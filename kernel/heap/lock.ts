import { cpuIndex, pause, physCompareExchange64, physExchange64, physLoad64 } from "platform";

/**
 * Locks of the heap, words of its root. A lock holds its holder's number plus 1. The order: pages, then frames' own; a kind's lock is
 * never held with another, nor while frames are allocated: an allocation may ask the heap for memory back (`drain.ts`).
 */
export function lock(at: u64): void {
  const holder: u64 = <u64>cpuIndex() + 1;
  while (physCompareExchange64(at, 0, holder) != 0) while (physLoad64(at) != 0) pause();
}

export function unlock(at: u64): void {
  physExchange64(at, 0);
}

/** Is it this CPU that holds the lock? */
export function isMine(at: u64): bool {
  return physLoad64(at) == <u64>cpuIndex() + 1;
}
