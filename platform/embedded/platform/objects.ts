import { ramAt } from "../model/ram/ram";

/**
 * Where the kernel's small objects are. RAM is a window of linear memory here, so that each frame has a linear address already. The
 * kernel maps its window all the same, and the modelled MMU would find it; the kernel's own loads do not go through there.
 */
const WINDOW_OFFSET: u64 = 0x200_0000;
export const OBJECT_PAGES: u32 = 65536;

export function objectWindow(image: u64): u64 {
  return image + WINDOW_OFFSET;
}

export function objectPage(_slot: u32, frame: u64): usize {
  return ramAt(frame);
}
