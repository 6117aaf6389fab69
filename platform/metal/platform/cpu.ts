/** The processor: identity, features, interrupts, time, entropy. */

/** Index of the CPU that runs this: 0 is the one that booted. */
export declare function cpuIndex(): u32;
/** One register of CPUID `leaf`.`subleaf`: 0 EAX, 1 EBX, 2 ECX, 3 EDX. The caller checks the maximum leaf first. */
export declare function cpuid(leaf: u32, subleaf: u32, register: u32): u32;
/** 64 unpredictable bits (RDRAND, else the time-stamp counter, mixed). Never used when a seed was given. */
export declare function entropy64(): u64;
/** Ticks since the machine started, never going back: the TSC on metal, counted accesses on the embedded machine. */
export declare function clock(): u64;
/** The spin-wait hint. */
export declare function pause(): void;
/** Ends the machine with an exit status (DESIGN, "The command"). Does not return. */
export declare function exit(status: u32): void;
/** `e_machine` of the user images that this machine runs: 62 (x86-64) on metal, 0x4157 (WebAssembly) on the embedded machine. */
export declare function imageMachine(): u32;
/**
 * Register `index` of the trap that the kernel is answering, as it was when the trap came: 0–15 RAX RBX RCX RDX RSI RDI RBP R8–R15 RSP,
 * 16 RIP, 17 RFLAGS. For panics. The embedded machine's kernel has none: see `trapRegisterCount`.
 */
export declare function trapRegister(index: u32): u64;
/** 18 on metal, 0 on the embedded machine. */
export declare function trapRegisterCount(): u32;
