/**
 * What the holder of a handle may do with its object. Whoever passes a handle on can leave rights out, and never adds one. Constants only:
 * the system calls have these numbers.
 */
export namespace HandleRight {
  /** Of a port: to receive what others send. Of memory: to map it readable. */
  export const RECEIVE: u32 = 1;
  /** Of a port: to send. Of memory: to map it writable, which is readable too (SDM 3A 4.6: there are no pages that can only be written). */
  export const SEND: u32 = 2;
  /** To pass it on. */
  export const GRANT: u32 = 4;
  export const ALL: u32 = 7;
}
