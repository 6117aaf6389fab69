/** What the hosted build's workloads ask of the process; `metal/hosted/` defines each. */

/** From here on `cpuIndex` on this thread is `index`: several CPUs, taking turns, without threads. */
export declare function becomeCpu(index: u32): void;
/** Makes `bytes` of RAM from physical address `at` on, whole pages below 16 GiB; 0 when Linux refuses. All else faults. */
export declare function ramDeclare(at: u64, bytes: u64): u32;
/** The process's own allocator, as a peer: malloc below a page, else aligned_alloc(bytes, bytes), a power of two; and free. */
export declare function allocate(bytes: u64): u64;
export declare function release(at: u64): void;
