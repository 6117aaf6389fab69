import { EMPTY_TLB, tlbBase } from "../mmu/tlb";

/**
 * The TLB in which a program's access looks first. In an empty one nothing is found, and the access goes the slow way, which asks whether
 * there is something to do before it: that costs the usual access nothing.
 */
let lookup: usize = EMPTY_TLB;

// @ts-ignore: decorator
@inline
export function lookupBase(): usize {
  return lookup;
}

/** The next access goes the slow way. */
export function lookAway(): void {
  lookup = EMPTY_TLB;
}

/** Accesses look into the TLB of the CPU that runs. */
export function lookHere(): void {
  lookup = tlbBase();
}
