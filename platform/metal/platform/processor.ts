/** Instructions that the boot agent and the kernel both use: `metal/processor.h`. */

/** One register of CPUID `leaf`.`subleaf`: 0 EAX, 1 EBX, 2 ECX, 3 EDX. The caller checks the maximum leaf first. */
export declare function cpuid(leaf: u32, subleaf: u32, register: u32): u32;
/** Ticks since the machine started, never going back: the TSC on metal, counted accesses on the embedded machine. */
export declare function clock(): u64;
/** RDRAND, once. 0 when it has run dry for a moment (SDM 2B, RDRAND). The caller checks that there is one: CPUID.1:ECX[30]. */
export declare function rdrand(): u64;
/** IN and OUT. Nothing at a port reads as all-ones. */
export declare function portRead8(port: u32): u8;
export declare function portWrite8(port: u32, value: u8): void;
export declare function portWrite32(port: u32, value: u32): void;
/** CLI, HLT: until an interrupt that cannot be masked. */
export declare function halt(): void;
/** The spin-wait hint. */
export declare function pause(): void;

/** Control registers (SDM 3A 2.5). */
export declare function readCr0(): u64;
export declare function writeCr0(value: u64): void;
export declare function readCr3(): u64;
/** Loads the root table; flushes what SDM 3A 4.10.4.1 says, and no more. */
export declare function writeCr3(value: u64): void;
export declare function readCr4(): u64;
export declare function writeCr4(value: u64): void;
