/** What of the platform a Linux process does in its own way; `metal/hosted/` defines each. */

/** On standard error. */
export declare function consoleWrite(from: usize, length: u32): void;
/** The process ends. */
export declare function exit(status: u32): void;
