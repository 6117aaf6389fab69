import { cpuIndex, invalidateContext, readCr3, readCr4, writeCr3, writeCr4 } from "platform";
import { MAX_CPUS } from "../frames/cpu-cache";
import { hasContextInvalidation, protectionsPresent } from "./features";
import { Protection } from "./protections";

/**
 * Translations of the kernel's own half that are gone, or allow less. Other CPUs use that half only while they hold the kernel's lock, and so
 * it is enough that each forgets the old ones when it takes the lock the next time: no interrupt is sent for them.
 *
 * Until then a CPU may look ahead through an old translation, and read what is not its: it does not write (SDM 3A 4.10.2.3).
 */
const CR4_PGE: u64 = 1 << 7;

let changes: u32 = 0;
/** By CPU: the number of changes that it has seen. */
const seen = memory.data(256, 4);
if (64 * 4 != 256 || MAX_CPUS != 64) ERROR("seen has a number for each of MAX_CPUS");

/** After a change. This CPU has invalidated what was changed. */
export function noteKernelFlush(): void {
  if (changes == seenHere()) setSeen(changes + 1);
  changes += 1;
}

/** First thing under the lock. */
export function seeKernelFlushes(): void {
  if (changes == seenHere()) return;
  forgetEverything();
  setSeen(changes);
}

/** INVPCID's type for all PCIDs, global translations included. */
const EVERYTHING: u64 = 2;

/** Global or not, of all PCIDs: by INVPCID, or by changing PGE, or where nothing is global by loading CR3 (SDM 3A 4.10.4.1). */
function forgetEverything(): void {
  if (hasContextInvalidation()) return invalidateContext(EVERYTHING, 0, 0);
  if ((protectionsPresent() & Protection.PGE) == 0) return writeCr3(readCr3());
  const cr4 = readCr4();
  writeCr4(cr4 ^ CR4_PGE);
  writeCr4(cr4);
}

function seenHere(): u32 {
  return load<u32>(seen + ((<usize>cpuIndex()) << 2));
}

function setSeen(count: u32): void {
  store<u32>(seen + ((<usize>cpuIndex()) << 2), count);
}
