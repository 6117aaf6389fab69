import { physRead, physWrite } from "platform";

/**
 * What is in frames, read and written as a user of memory does it: by plain accesses, so that the thread sanitizer says when a frame
 * changes hands without order between its old holder and the new one.
 */
const PAGE: u32 = 4096;
const buffers = memory.data(65536, 64);
if (16 * 4096 != 65536) ERROR("there is a page for each of 16 CPUs");

/** Is every word of the frame `stamp`? */
export function holdsOnly(cpu: u32, frame: u32, stamp: u64): bool {
  const buffer = buffers + <usize>cpu * PAGE;
  physRead(buffer, (<u64>frame) << 12, PAGE);
  for (let at: usize = 0; at < <usize>PAGE; at += 8) if (load<u64>(buffer + at) != stamp) return false;
  return true;
}

export function fill(cpu: u32, frame: u32, stamp: u64): void {
  const buffer = buffers + <usize>cpu * PAGE;
  for (let at: usize = 0; at < <usize>PAGE; at += 8) store<u64>(buffer + at, stamp);
  physWrite((<u64>frame) << 12, buffer, PAGE);
}
