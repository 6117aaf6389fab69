/**
 * The machine as a user program reaches it: the memory that this project is about, and the way into the kernel. On metal each is an
 * instruction or two; on the embedded machine the accesses go through the modelled MMU.
 */
export declare function load8(address: u64): u8;
export declare function load16(address: u64): u16;
export declare function load32(address: u64): u32;
export declare function load64(address: u64): u64;
export declare function store8(address: u64, value: u8): void;
export declare function store16(address: u64, value: u16): void;
export declare function store32(address: u64, value: u32): void;
export declare function store64(address: u64, value: u64): void;
/** Calls the code at `address`: no arguments, no result. The fetch needs the right to execute. */
export declare function execute(address: u64): void;
/** Enters the kernel. */
export declare function syscall(number: u32, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64): i64;
/** Ticks since the machine started: the time-stamp counter, or what the embedded machine counts in its place (accesses to memory). */
export declare function clock(): u64;
