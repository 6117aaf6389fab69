import { ANOMALY_COUNT } from "./anomaly";
import { Tally, TALLY_BYTES } from "./tally";

/** What was odd about the memory map, by Anomaly. */
const seen = Tally.over(memory.data(128, 8));
if (ANOMALY_COUNT * TALLY_BYTES != 128) ERROR("seen holds every kind of anomaly");

export function forgetAnomalies(): void {
  for (let kind: u32 = 0; kind < ANOMALY_COUNT; kind++) seen.forget(kind);
}

export function forgetAnomaly(kind: u32): void {
  seen.forget(kind);
}

export function noteAnomaly(kind: u32, value: u64): void {
  seen.note(kind, value);
}

/** Descriptors that have it. */
export function anomalyCount(kind: u32): u32 {
  return seen.count(kind);
}

/** The first offending value: a type for UNKNOWN_TYPE, else a physical address. */
export function anomalyFirst(kind: u32): u64 {
  return seen.first(kind);
}
