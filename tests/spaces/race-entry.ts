import { frameHolders } from "../../kernel/frames/allocator";
import { Frame } from "../../kernel/frames/frame";
import { Access } from "model/mmu/access";
import { cachedStructure } from "model/mmu/structure-cache";
import { isUntouched, ramAt } from "model/ram/ram";
import { startRace } from "platform/racing";
export { stopRace } from "platform/racing";

/** What a processor that races with the kernel (`racing/`) finds: what it wrote to, and what it reached that nobody holds. */

/** Pages written to: address and frame, 8 bytes each. */
const written = memory.data(16384, 8);
const MOST_WRITTEN: u32 = 1024;
let writtenCount: u32 = 0;
/** The first address through which it came to a frame that was free, or walked by one; 0: none. */
let strayed: u64 = 0;

export function raceFor(cpu: u32, address: u64, pages: u64, seed: u64): void {
  writtenCount = 0;
  strayed = 0;
  startRace(<i32>cpu, address, pages, seed, witness);
}

export function strayedTo(): u64 {
  return strayed;
}

export function writtenCountOf(): u32 {
  return writtenCount;
}

export function writtenAt(): usize {
  return written;
}

function witness(address: u64, access: u32, at: usize): void {
  const frame = frameAt(at);
  if (!isHeld(frame) || !areTablesHeld(address)) strayed = address;
  if ((access & Access.WRITE) == 0 || writtenCount == MOST_WRITTEN) return;
  store<u64>(written + ((<usize>writtenCount) << 4), address);
  store<u64>(written + ((<usize>writtenCount) << 4), frame, 8);
  writtenCount += 1;
}

function isHeld(frame: u64): bool {
  return frameHolders(Frame.of(<u32>frame)) != 0;
}

function areTablesHeld(address: u64): bool {
  for (let level: u32 = 2; level <= 4; level++) {
    const table = cachedStructure(address, level);
    if (table != 0 && !isHeld((table >> 12) & 0xff_ffff_ffff)) return false;
  }
  return true;
}

const CHUNK_BYTES: u64 = 0x20_0000;
const RAM_BYTES: u64 = 0x800_0000;

/** The frame whose memory is at `at`. */
function frameAt(at: usize): u64 {
  for (let chunk: u64 = 0; chunk < RAM_BYTES; chunk += CHUNK_BYTES) {
    if (isUntouched(chunk)) continue;
    const start = ramAt(chunk);
    if (at >= start && at < start + <usize>CHUNK_BYTES) return (chunk + (at - start)) >> 12;
  }
  assert(false, "no RAM is there");
  return 0;
}
