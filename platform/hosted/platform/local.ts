/**
 * A thread has its word for itself, so that reading it is one load: what is set for a CPU holds from when a thread next becomes it, and at
 * once for the CPU that sets it.
 */
export declare function cpuLocal(): usize;
export declare function setCpuLocal(cpu: u32, at: usize): void;
