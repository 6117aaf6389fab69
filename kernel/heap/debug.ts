/**
 * Builds of the kernel with HEAP_DEBUG (`nitros boot --debug-heap`; asc's --use HEAP_DEBUG=1) keep objects apart and fill what is free.
 * In others this is the constant false, and what it guards is not compiled.
 */
export const CHECKS: bool = isDefined(HEAP_DEBUG);
/** Before and after each object. 64, so that objects keep their alignment. */
export const RED_BYTES: u32 = CHECKS ? 64 : 0;
