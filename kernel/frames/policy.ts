/** How a placement (`placement.ts`) goes about nodes. Constants only, so that tests may import them. */
export namespace Policy {
  /** The node of the CPU that asks, then by distance. */
  export const DEFAULT: u32 = 0;
  /** One node, then by distance from it. */
  export const PREFER: u32 = 1;
  /** One node, or none. */
  export const STRICT: u32 = 2;
  /** The nodes of a set in turn; then by distance from the one whose turn it was. */
  export const INTERLEAVE: u32 = 3;
}
