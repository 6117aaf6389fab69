import { ANOMALY_COUNT } from "./anomaly";

/** Counts of what was odd about the memory map, by Anomaly. */
const counts = memory.data(32, 4);
const firsts = memory.data(64, 8);

export function forgetAnomalies(): void {
  for (let kind: u32 = 0; kind < ANOMALY_COUNT; kind++) forgetAnomaly(kind);
}

export function forgetAnomaly(kind: u32): void {
  store<u32>(counts + ((<usize>kind) << 2), 0);
  store<u64>(firsts + ((<usize>kind) << 3), 0);
}

export function noteAnomaly(kind: u32, value: u64): void {
  const seen = anomalyCount(kind);
  if (seen == 0) store<u64>(firsts + ((<usize>kind) << 3), value);
  store<u32>(counts + ((<usize>kind) << 2), seen + 1);
}

/** Descriptors that have it. */
export function anomalyCount(kind: u32): u32 {
  return load<u32>(counts + ((<usize>kind) << 2));
}

/** The first offending value: a type for UNKNOWN_TYPE, else a physical address. */
export function anomalyFirst(kind: u32): u64 {
  return load<u64>(firsts + ((<usize>kind) << 3));
}
