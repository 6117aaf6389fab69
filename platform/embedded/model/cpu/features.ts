/**
 * The features that the modelled processor can have or lack. Bits 0–7 are in the order of HIDEABLE_FEATURES (machine/machine.ts),
 * which is how the host names those to hide.
 */
export namespace Feature {
  export const NX: u32 = 1;
  export const SMEP: u32 = 2;
  export const SMAP: u32 = 4;
  export const UMIP: u32 = 8;
  export const PGE: u32 = 16;
  export const PAGE_1G: u32 = 32;
  export const PCID: u32 = 64;
  export const INVPCID: u32 = 128;
}

let features: u32 = 255;

// @ts-ignore: decorator
@inline
export function hasFeature(feature: u32): bool {
  return (features & feature) != 0;
}

/** Before boot: takes these features away. */
export function featuresHide(mask: u32): void {
  features &= ~mask;
}
