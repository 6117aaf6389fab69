import { framesBuild, framesDescribe, framesForget } from "../../../kernel/frames/bring-up";
import { FrameError } from "../../../kernel/frames/errors";
import { MAX_CPUS } from "../../../kernel/frames/cpu-cache";
import { nodesForget, setCpuNode, setNodeCount } from "../../../kernel/frames/nodes";
import { FrameOwner } from "../../../kernel/frames/owners";
import { ramDeclare } from "../host";
import { BENCH_BASE, BENCH_BYTES } from "../../bench/layout";

/**
 * A machine of 20 MiB whose memory is in pieces: what neither begins nor ends at 2 MiB, what is reserved amid free memory, a hole, and
 * memory on both sides of 4 GiB, which are two nodes. For the workloads that look for mistakes.
 *
 *     0x0_0010_0000  free │ 0x0_0054_0000  firmware │ 0x0_0056_0000  free │ 0x0_00c0_0000  no RAM
 *     0x0_0100_0000  module │ 0x0_0102_0000  no RAM
 *     0x1_0000_0000  free │ 0x1_0080_7000  no RAM
 */
const FIRST: u64 = 0x0010_0000;
const FIRMWARE: u64 = 0x0054_0000;
const AFTER_FIRMWARE: u64 = 0x0056_0000;
const HOLE: u64 = 0x00c0_0000;
const MODULE: u64 = 0x0100_0000;
const MODULE_END: u64 = 0x0102_0000;
const HIGH: u64 = 0x1_0000_0000;
const HIGH_END: u64 = 0x1_0080_7000;

/** Once in a process. */
export function declarePieces(): void {
  const isLow = ramDeclare(FIRST, HOLE - FIRST) != 0 && ramDeclare(MODULE, MODULE_END - MODULE) != 0;
  const isHigh = ramDeclare(HIGH, HIGH_END - HIGH) != 0 && ramDeclare(BENCH_BASE, BENCH_BYTES) != 0;
  assert(isLow && isHigh, "Linux has no such memory");
}

/** Makes the allocator anew, all free. What the memory holds stays. */
export function describePieces(): void {
  describeNodes();
  framesForget();
  piece(FIRST, FIRMWARE, FrameOwner.FREE, 0);
  piece(FIRMWARE, AFTER_FIRMWARE, FrameOwner.RESERVED, 0);
  piece(AFTER_FIRMWARE, HOLE, FrameOwner.FREE, 0);
  piece(MODULE, MODULE_END, FrameOwner.MODULE, 0);
  piece(HIGH, HIGH_END, FrameOwner.FREE, 1);
  const error = framesBuild();
  assert(error == FrameError.NONE, "the frame table is not made");
}

/** What lies above 4 GiB is a node of its own, and every other CPU is there. */
function describeNodes(): void {
  nodesForget();
  setNodeCount(2);
  for (let cpu: u32 = 1; cpu < MAX_CPUS; cpu += 2) setCpuNode(cpu, 1);
}

function piece(first: u64, end: u64, owner: u32, node: u32): void {
  const error = framesDescribe(first, end - 1, owner, node);
  assert(error == FrameError.NONE, "a piece of RAM is not accepted");
}

/** Numbers below this stand for the frames of the machine, and of its hole. */
export const PLACES: u32 = 0x1020 + 0x810;
const LOW_PLACES: u32 = 0x1020;

/** The frame at a place. */
export function frameAt(place: u32): u32 {
  return place < LOW_PLACES ? place : <u32>(HIGH >> 12) + (place - LOW_PLACES);
}

/** The place of a frame; `PLACES` and above when it has none. */
export function placeOfFrame(frame: u32): u32 {
  if (frame < LOW_PLACES) return frame;
  return frame < <u32>(HIGH >> 12) ? PLACES : frame - <u32>(HIGH >> 12) + LOW_PLACES;
}

/** FrameOwner of the frame at `place` as described, before any is allocated: HOLE where there is no RAM. */
export function describedOwner(place: u32): u32 {
  const at = (<u64>frameAt(place)) << 12;
  if (at >= FIRST && at < HOLE) return at >= FIRMWARE && at < AFTER_FIRMWARE ? FrameOwner.RESERVED : FrameOwner.FREE;
  if (at >= MODULE && at < MODULE_END) return FrameOwner.MODULE;
  return at >= HIGH && at < HIGH_END ? FrameOwner.FREE : FrameOwner.HOLE;
}
