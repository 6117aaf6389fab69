import { cpuIndex } from "platform";

/** What each CPU refused last: the numbers that go with the FrameError. */
const REFUSAL_SHIFT: usize = 4;
const refusals = memory.data(1024, 8);
if (64 << 4 != 1024) ERROR("refusals holds one for each of 64 CPUs");

function slot(): usize {
  return refusals + ((<usize>cpuIndex()) << REFUSAL_SHIFT);
}

/** Records and returns the error. */
export function frameRefusal(error: u32, found: u64, needed: u64): u32 {
  store<u64>(slot(), found);
  store<u64>(slot(), needed, 8);
  return error;
}

export function frameErrorFound(): u64 {
  return load<u64>(slot());
}

export function frameErrorNeeded(): u64 {
  return load<u64>(slot(), 8);
}

/** Who has the frame whose freeing or sharing was refused. */
export function frameErrorOwner(): u32 {
  return <u32>frameErrorNeeded();
}
