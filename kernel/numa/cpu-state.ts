/** What the MADT's flags say of a processor (ACPI 6.5, table 5.22). Constants only: the trace holds these bits. */
export namespace CpuState {
  export const ENABLED: u32 = 1;
  /** Not there now, but may be made to be. */
  export const ONLINE_CAPABLE: u32 = 2;
}
