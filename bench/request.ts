import type { BootRequest, Program } from "../machine/machine.ts";

/** A boot to be measured: one CPU, a fixed seed, and nothing written that need not be. */
export function benchRequest(programs: readonly Program[], memoryBytes: number): BootRequest {
  return {
    programs,
    memoryBytes,
    cpus: 1,
    numaNodes: 1,
    // What a call costs is asked, not what somebody else's turn does.
    turnMilliseconds: 0,
    seed: 1n,
    aslr: true,
    colour: false,
    trace: false,
    without: [],
    crash: undefined,
    failAllocation: undefined,
    timeoutSeconds: 300,
  };
}
