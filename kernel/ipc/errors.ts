/** What becomes of a call on a port. The values are those of Errno. */
export namespace IpcError {
  /** No error: the task waits, and has no result yet. */
  export const WAITS: i64 = i64.MIN_VALUE;
  export const NO_ENTRY: i64 = -2;
  /** A server did not do what it was asked for. */
  export const NOT_DONE: i64 = -5;
  export const BAD_HANDLE: i64 = -9;
  export const NO_MEMORY: i64 = -12;
  export const NOT_ALLOWED: i64 = -13;
  export const EXISTS: i64 = -17;
  /** Nobody receives, or replies, any more. */
  export const DESERTED: i64 = -32;
  /** All tasks wait. */
  export const STUCK: i64 = -35;
}
