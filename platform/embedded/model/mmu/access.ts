/** The kinds of access of SDM 3A 4.6.1, as bits that combine. */
export namespace Access {
  export const READ: u32 = 0;
  export const WRITE: u32 = 1;
  export const FETCH: u32 = 2;
  /** Made at CPL 3 (and not implicit); without it the access is a supervisor's. */
  export const USER: u32 = 4;
  /** A supervisor's explicit access with EFLAGS.AC = 1, which SMAP lets pass. */
  export const AC: u32 = 8;
}
