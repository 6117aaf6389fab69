import assert from "node:assert/strict";
import { PAGE, type MemoryKernel } from "./memory-kernel.ts";

export interface Range {
  readonly first: bigint;
  readonly last: bigint;
  readonly kind: string;
}

/** The kernel's table of ranges. */
export function readRanges(kernel: MemoryKernel): Range[] {
  return Array.from({ length: kernel.call("rangeCount") }, (_, i) => ({
    first: kernel.wide("rangeFirst", i),
    last: kernel.wide("rangeLast", i),
    kind: kernel.text("rangeKindName", kernel.call("rangeKind", i)),
  }));
}

/** Ascending, disjoint, whole pages, nothing left to merge. */
export function assertNormal(ranges: readonly Range[]): void {
  ranges.forEach(({ first, last, kind }, index) => {
    assert.equal(first % PAGE, 0n);
    assert.equal((last + 1n) % PAGE, 0n);
    assert.ok(first < last);
    const before = ranges[index - 1];
    if (before === undefined) return;
    assert.ok(before.last < first, `range ${index} starts inside the one before`);
    assert.ok(before.last + 1n < first || before.kind !== kind, `ranges ${index - 1} and ${index} should be one`);
  });
}

export function kindAt(ranges: readonly Range[], page: bigint): string {
  const address = page * PAGE;
  return ranges.find(({ first, last }) => first <= address && address <= last)?.kind ?? "hole";
}

/** Counts of what was odd, by name; what did not happen is left out. */
export function readAnomalies(kernel: MemoryKernel): Record<string, number> {
  const anomalies: Record<string, number> = {};
  for (let kind = 0; kind < 8; kind++) {
    const count = kernel.call("anomalyCount", kind);
    if (count !== 0) anomalies[kernel.text("anomalyText", kind)] = count;
  }
  return anomalies;
}
