/** What became of the high-precision event timer. Constants and names only. */
export namespace HpetState {
  /** The firmware has no sound table of it. */
  export const NO_TABLE: u32 = 0;
  /** Its registers are not in memory that could be a device's. */
  export const NOT_MAPPED: u32 = 1;
  /** It says that it counts in no time, or more slowly than the specification lets it. */
  export const BAD_PERIOD: u32 = 2;
  /** Its counter does not move. */
  export const STANDS_STILL: u32 = 3;
  export const COUNTS: u32 = 4;
}

/** To be read after "HPET: ". */
export function hpetStateText(state: u32): string {
  if (state == HpetState.NO_TABLE) return "the firmware names none";
  if (state == HpetState.NOT_MAPPED)
    return "its registers could not be mapped: not where a device's can be, or no frame for a table";
  if (state == HpetState.BAD_PERIOD) return "it counts in steps that cannot be";
  return state == HpetState.STANDS_STILL ? "its counter does not move" : "it counts";
}
