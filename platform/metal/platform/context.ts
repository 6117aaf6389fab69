/**
 * A context is a task's saved processor state. The kernel gives it `CONTEXT_BYTES` of its linear memory, aligned to 64; only the
 * platform reads or writes what is inside. Segment selectors are no part of it: after another context has run they are null.
 */
export const CONTEXT_BYTES: usize = 1024;

/** Prepares `context` to start in ring 3 at `entry`, with stack pointer `stackTop` (16-byte aligned), interrupts on, all else zero. */
export declare function contextStart(context: usize, entry: u64, stackTop: u64): void;
/** Sets what the task's pending system call will return. */
export declare function contextSetResult(context: usize, value: i64): void;
/** The CPU leaves the kernel into `context` when the current entry point returns. CR3 has been loaded already. */
export declare function resumeNext(context: usize): void;
