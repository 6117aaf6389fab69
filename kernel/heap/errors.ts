/** Why an object was not taken back, or what `validate` found. `refusals.ts` has the address, and the kind that it really is of. */
export namespace HeapError {
  export const NONE: u32 = 0;

  // Freeing. Nothing has changed; found is the address that was given.
  /** It was freed already, and has not been handed out since. */
  export const DOUBLE_FREE: u32 = 1;
  /** The heap has no memory there. */
  export const NOT_AN_OBJECT: u32 = 2;
  /** Within a slab, but where none of its objects begins. */
  export const NOT_ITS_START: u32 = 3;
  /** An object of another kind. */
  export const OTHER_KIND: u32 = 4;

  // validateHeap(): found is the address of an object or a slab, or a number of objects.
  /** A slab's header contradicts itself. */
  export const SLAB_WRONG: u32 = 16;
  /** A slab is not listed where it belongs. */
  export const LIST_WRONG: u32 = 17;
  /** A CPU keeps what is no free object of that kind, or the sums differ. */
  export const MAGAZINE_WRONG: u32 = 18;
  /** A free object is not as it was left: somebody wrote to it after it was freed. */
  export const USED_AFTER_FREE: u32 = 19;
  /** Debug builds: a red zone has been written to. */
  export const OVERRUN: u32 = 20;
  /** Frames of the heap: found are those it knows. */
  export const FRAMES_WRONG: u32 = 21;
}

export function heapErrorText(error: u32): string {
  if (error == HeapError.NONE) return "no error";
  if (error == HeapError.DOUBLE_FREE) return "a kernel object is free already";
  if (error == HeapError.NOT_AN_OBJECT) return "no kernel object is there";
  if (error == HeapError.NOT_ITS_START) return "no kernel object begins there";
  if (error == HeapError.OTHER_KIND) return "the kernel object is of another kind";
  if (error == HeapError.SLAB_WRONG) return "a slab contradicts itself";
  if (error == HeapError.LIST_WRONG) return "a slab is not where it belongs";
  if (error == HeapError.MAGAZINE_WRONG) return "a CPU's kernel objects are wrong";
  if (error == HeapError.USED_AFTER_FREE) return "a kernel object was written to while it was free";
  if (error == HeapError.OVERRUN) return "a kernel object was written past its end, or before its beginning";
  if (error == HeapError.FRAMES_WRONG) return "frames of kernel objects are lost";
  return "unknown heap error";
}
