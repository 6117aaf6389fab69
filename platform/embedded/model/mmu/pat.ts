import { cpu } from "./state";

/** The memory type of PAT entry `index` on the CPU that runs: SDM 3A 12.12.3. */
export function patType(index: u32): u32 {
  return <u32>((cpu().pat >> (index << 3)) & 0xff);
}
