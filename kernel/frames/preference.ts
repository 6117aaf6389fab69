import { AREA_SHIFT, areaCount, indexFrom } from "./spans";

/**
 * Which memory is taken first. Devices with 32 address bits reach what lies below 4 GiB, and old ones and starting processors only the
 * first MiB: so memory from 4 GiB up goes first, the first area last. Within each, the fullest area goes first and the lowest
 * address among equals, so that whole areas stay whole.
 *
 *     choice    2       1               0
 *               first   below 4 GiB     from 4 GiB up
 *               area
 */
export const CHOICES: u32 = 3;

/** No limit: all frame numbers are below. */
export const NO_LIMIT: u64 = 0x1_0000_0000;
const HIGH_AREA: u32 = 2048;
const SECOND_AREA: u32 = 1;

let highIndex: u32 = 0;
let secondIndex: u32 = 0;

/** Once the spans are known. */
export function findChoices(): void {
  highIndex = indexFrom(HIGH_AREA);
  secondIndex = indexFrom(SECOND_AREA);
}

/** Index of the first area of a choice. */
export function choiceFirst(choice: u32): u32 {
  if (choice == 0) return highIndex;
  return choice == 1 ? secondIndex : 0;
}

/** Index of the area after the last of a choice that has frames below `limit`. */
export function choiceEnd(choice: u32, limit: u64): u32 {
  const end = choice == 0 ? areaCount() : choice == 1 ? highIndex : secondIndex;
  return limit >= NO_LIMIT ? end : min<u32>(end, indexFrom(<u32>((limit + 511) >> AREA_SHIFT)));
}
