import assert from "node:assert/strict";

const AROUND = 4;

/** Two traces of thousands of lines: where they part, and what led there, instead of both of them. */
export function assertEqualTraces(found: readonly string[], wanted: readonly string[], names: string): void {
  const longer = Math.max(found.length, wanted.length);
  for (let at = 0; at < longer; at++) {
    if (found[at] === wanted[at]) continue;
    const before = found.slice(Math.max(0, at - AROUND), at).map((line) => `  ${line}`);
    const parted = [...sided("+", found, at), ...sided("-", wanted, at)];
    assert.fail(`the traces (${names}) part at record ${at}:\n${[...before, ...parted].join("\n")}`);
  }
}

function sided(sign: string, trace: readonly string[], at: number): string[] {
  if (at >= trace.length) return [`${sign} (it ends here)`];
  return trace.slice(at, at + AROUND).map((line) => `${sign} ${line}`);
}
