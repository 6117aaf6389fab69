/**
 * The fault of the last access that failed: what the processor would push and load. AssemblyScript returns one value, so the
 * functions that access return 0 for "faulted" and the fault stands here.
 */
export namespace Vector {
  export const INVALID_OPCODE: u32 = 6;
  export const GENERAL_PROTECTION: u32 = 13;
  export const PAGE_FAULT: u32 = 14;
}

/** Page-fault error code, SDM 3A 4.7. W/R, U/S and I/D describe the access, not the rights. */
export namespace ErrorBit {
  export const PRESENT: u32 = 1 << 0;
  export const WRITE: u32 = 1 << 1;
  export const USER: u32 = 1 << 2;
  export const RESERVED: u32 = 1 << 3;
  export const FETCH: u32 = 1 << 4;
}

let vector: u32 = 0;
let error: u32 = 0;
let address: u64 = 0;

export function setFault(faultVector: u32, errorCode: u32, linear: u64): void {
  vector = faultVector;
  error = errorCode;
  address = linear;
}

export function faultVector(): u32 {
  return vector;
}

export function faultError(): u32 {
  return error;
}

/** CR2 after a page fault; 0 after any other. */
export function faultAddress(): u64 {
  return address;
}
