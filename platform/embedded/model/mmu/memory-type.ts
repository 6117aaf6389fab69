/** Memory types as the PAT and the MTRRs number them: SDM 3A table 12-10. */
export namespace MemoryType {
  export const UNCACHED: u32 = 0;
  export const WRITE_COMBINING: u32 = 1;
  export const WRITE_THROUGH: u32 = 4;
  export const WRITE_PROTECTED: u32 = 5;
  export const WRITE_BACK: u32 = 6;
  /** UC-: as uncached, but for what the MTRRs make write-combining. Only the PAT has it. */
  export const UNCACHED_MINUS: u32 = 7;
}

/**
 * What an access is, by the MTRRs' type of its frame, which here is uncached or write-back, and the PAT's of its page (SDM 3A table 12-7): where
 * the MTRRs say uncached, only write-combining is something else; where they say write-back, the page decides.
 */
export function effectiveType(ranges: u32, page: u32): u32 {
  if (page == MemoryType.WRITE_COMBINING) return page;
  if (ranges == MemoryType.UNCACHED || page == MemoryType.UNCACHED_MINUS) return MemoryType.UNCACHED;
  return page;
}
