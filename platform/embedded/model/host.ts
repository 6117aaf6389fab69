/**
 * What the modelled machine asks of the program around it (module "host"): the golden list of the embedded kernel's imports. Those
 * that say "does not return" throw in the host, which unwinds the kernel.
 */

/** `length` bytes at `from` in linear memory go to the console. */
export declare function consoleWrite(from: usize, length: u32): void;
/** `length` bytes at `from` in linear memory are whole trace records. */
export declare function recordsWrite(from: usize, length: u32): void;
/** The machine ends with this exit status. Does not return. */
export declare function exit(status: u32): void;
/** 64 unpredictable bits. */
export declare function entropy(): u64;
/** Something used a physical address at which there is no memory. Does not return. */
export declare function noMemory(address: u64): void;
/** Modelled memory at `address` cannot be backed: the host has no more. Does not return. */
export declare function cannotBack(address: u64): void;
/** The kernel itself faulted: the host abandons what it did and enters `trap` afresh. Does not return. */
export declare function kernelFault(vector: u32, error: u64, address: u64): void;
/** The running program must stop here: start its unwinding (asyncify). */
export declare function suspend(): void;
/** The program that was being rewound is back where it had stopped: end its rewinding (asyncify). */
export declare function rewound(): void;
