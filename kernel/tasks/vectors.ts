/** Exceptions by number: SDM 3A, table 6-1. */
export namespace Vector {
  export const DIVIDE: u32 = 0;
  export const NMI: u32 = 2;
  export const INVALID_OPCODE: u32 = 6;
  export const DOUBLE_FAULT: u32 = 8;
  export const STACK_FAULT: u32 = 12;
  export const PROTECTION: u32 = 13;
  export const PAGE_FAULT: u32 = 14;
  export const MACHINE_CHECK: u32 = 18;
}
