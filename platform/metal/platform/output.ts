/** Ways out of the machine, for people and for programs. */

/** Bytes for the console (UTF-8, "\n" line ends), from linear memory. */
export declare function consoleWrite(from: usize, length: u32): void;
/** Whole records of the trace (see `kernel/trace/records.ts`), from linear memory. */
export declare function recordsWrite(from: usize, length: u32): void;
