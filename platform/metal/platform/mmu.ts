/** Control registers, model-specific registers and TLB invalidation. SDM 3A 2.5, 4.10.4. */
export declare function readCr0(): u64;
export declare function writeCr0(value: u64): void;
export declare function readCr3(): u64;
/** Loads the root table; flushes what SDM 3A 4.10.4.1 says, and no more. */
export declare function writeCr3(value: u64): void;
export declare function readCr4(): u64;
export declare function writeCr4(value: u64): void;
export declare function readMsr(index: u32): u64;
export declare function writeMsr(index: u32, value: u64): void;
/** INVLPG. */
export declare function invalidatePage(address: u64): void;
