import { cpuIndex } from "platform";
import { MAX_CPUS } from "../frames/cpu-cache";

/** What each CPU refused last: 8 bytes of what was found, 8 of the kind that it is of. */
const REFUSAL_SHIFT: usize = 4;
const refusals = memory.data(1024, 8);
if (64 << 4 != 1024 || MAX_CPUS != 64) ERROR("refusals holds one for each of MAX_CPUS");

function slot(): usize {
  return refusals + ((<usize>cpuIndex()) << REFUSAL_SHIFT);
}

/** Records and returns the error. */
export function heapRefusal(error: u32, found: u64, kind: u32): u32 {
  store<u64>(slot(), found);
  store<u32>(slot(), kind, 8);
  return error;
}

/** What this CPU's last HeapError was about: errors.ts says what. */
export function heapErrorFound(): u64 {
  return load<u64>(slot());
}

/** The kind of the object or slab that it was about. */
export function heapErrorKind(): u32 {
  return load<u32>(slot(), 8);
}
