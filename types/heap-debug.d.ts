/** There in debug builds of the kernel only: `isDefined(HEAP_DEBUG)`. See kernel/heap/debug.ts. */
declare const HEAP_DEBUG: i32;
