import { tickFrame } from "../model/cpu/time";
import { Access } from "../model/mmu/access";
import { translate } from "../model/mmu/translate";

const PAGE_BYTES: u32 = 4096;

/** Bytes from `address` to the end of its page, at most `length`. */
function withinPage(address: u64, length: u32): u32 {
  return min(length, PAGE_BYTES - <u32>(address & (PAGE_BYTES - 1)));
}

// As on metal these are supervisor accesses with EFLAGS.AC set, so that SMAP lets them pass and WP holds them to read-only pages.

export function copyFromUser(to: usize, from: u64, length: u32): u32 {
  let done: u32 = 0;
  while (done < length) {
    tickFrame();
    const part = withinPage(from + done, length - done);
    const at = translate(from + done, Access.READ | Access.AC);
    if (at == 0) break;
    memory.copy(to + done, at, part);
    done += part;
  }
  return done;
}

export function copyToUser(to: u64, from: usize, length: u32): u32 {
  let done: u32 = 0;
  while (done < length) {
    tickFrame();
    const part = withinPage(to + done, length - done);
    const at = translate(to + done, Access.WRITE | Access.AC);
    if (at == 0) break;
    memory.copy(at, from + done, part);
    done += part;
  }
  return done;
}
