/**
 * Words of physical memory by their places in the direct map: who comes back to a place again and again keeps that, and need not add the
 * map's base each time. Places are for these functions alone, and hold from `setDirectMap` on.
 */
export declare function directAddress(address: u64): u64;
export declare function directLoad8(at: u64): u8;
export declare function directStore8(at: u64, value: u8): void;
/** Atomic; returns the value before. Wraps. */
export declare function directAdd64(at: u64, delta: u64): u64;
