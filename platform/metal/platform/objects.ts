import { linearAddress } from "./native";

/**
 * Where the kernel's small objects are: linear memory goes on after its static part, in a window of addresses that is reserved in the
 * kernel zone and holds what the kernel maps there. Loads and stores of linear memory are not checked for bounds on metal; where
 * nothing is mapped they fault.
 *
 *     │ image: text, rodata, sealed, data with the static part │ nothing │ window, 256 MiB │
 *     └ kernelVirtual                                    about 16 MiB ───┘                 └ less than 1 GiB above kernelVirtual
 */
const WINDOW_OFFSET: usize = 0x100_0000;
const LARGE_MASK: u64 = 0x1f_ffff;
/** Pages that there are places for. */
export const OBJECT_PAGES: u32 = 65536;

let window: usize = 0;

/** Virtual address of place 0, a multiple of 2 MiB; place n is n pages above. `_image` is where the kernel's image begins. */
export function objectWindow(_image: u64): u64 {
  const before = <usize>(linearAddress(WINDOW_OFFSET) & LARGE_MASK);
  window = WINDOW_OFFSET - before;
  return linearAddress(window);
}

/** Linear address at which place `slot` is seen once the frame at `_frame` is mapped there. After `objectWindow`. */
export function objectPage(slot: u32, _frame: u64): usize {
  return window + ((<usize>slot) << 12);
}
