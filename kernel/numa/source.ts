/** Where the nodes come from. Constants and names only: the trace holds these numbers. */
export namespace TopologySource {
  /** Nobody says anything of nodes: there is one. */
  export const NONE: u32 = 0;
  /** The firmware's SRAT (ACPI 6.5 §5.2.16). */
  export const SRAT: u32 = 1;
  /** Experimental: from holes in the boot memory map. */
  export const GUESSED: u32 = 2;
}
