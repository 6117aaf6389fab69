/** Control registers, model-specific registers and TLB invalidation. SDM 3A 2.5, 4.10.4. */
import { userAccessIsGuarded } from "./native";
import * as processor from "./processor";
export { readCr0, readCr3, readCr4, writeCr0, writeCr3 } from "./processor";

const SMAP: u64 = 1 << 21;

export function writeCr4(value: u64): void {
  processor.writeCr4(value);
  userAccessIsGuarded((value & SMAP) != 0);
}

export declare function readMsr(index: u32): u64;
export declare function writeMsr(index: u32, value: u64): void;
/** INVLPG. */
export declare function invalidatePage(address: u64): void;
/** INVPCID of `type`, with the descriptor's two words (SDM 2A). Only where CPUID has it; what it refuses is a fault of the kernel's. */
export declare function invalidateContext(type: u64, pcid: u64, address: u64): void;
