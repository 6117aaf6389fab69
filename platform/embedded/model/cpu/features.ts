/**
 * The features that the modelled processor can have or lack. Bits 0–5 are in the order of HIDEABLE_FEATURES (machine/machine.ts),
 * which is how the host names those to hide.
 */
export namespace Feature {
  export const NX: u32 = 1;
  export const SMEP: u32 = 2;
  export const SMAP: u32 = 4;
  export const UMIP: u32 = 8;
  export const PGE: u32 = 16;
  export const PAGE_1G: u32 = 32;
  /** Off unless a test asks for it: the model then checks the rules of CR4.PCIDE, and flushes more than it must. */
  export const PCID: u32 = 64;
}

let features: u32 = Feature.NX | Feature.SMEP | Feature.SMAP | Feature.UMIP | Feature.PGE | Feature.PAGE_1G;

// @ts-ignore: decorator
@inline
export function hasFeature(feature: u32): bool {
  return (features & feature) != 0;
}

/** Before boot: takes these features away. */
export function featuresHide(mask: u32): void {
  features &= ~mask;
}

/** Before boot: adds these features. */
export function featuresOffer(mask: u32): void {
  features |= mask;
}
