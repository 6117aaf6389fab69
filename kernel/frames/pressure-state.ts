/**
 * How short of memory a node is, by its free frames that no CPU has in its hands. Three watermarks, min < low < high, with room between
 * entering a state and leaving it, so that a node does not go to and fro with every frame:
 *
 *     free          ENOUGH        SHORT         CRITICAL
 *     > high        ENOUGH        ENOUGH        ENOUGH
 *     > low         ENOUGH        SHORT         SHORT
 *     low … min     SHORT         SHORT         CRITICAL
 *     < min         CRITICAL      CRITICAL      CRITICAL
 *
 * Constants only, so that the command may import them.
 */
export namespace PressureState {
  export const ENOUGH: u32 = 0;
  export const SHORT: u32 = 1;
  export const CRITICAL: u32 = 2;
}
