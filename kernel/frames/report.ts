import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { areaEntry, heldBy, nodeOf, Place, placeOf } from "./areas";
import { ownerAt, sharersAt } from "./freeing";
import { FrameOwner, isAllocatable } from "./owners";
import { AREA_FRAMES, AREA_SHIFT, spanCount, spanEnd, spanFirst, spanIndex } from "./spans";

/**
 * Who has which frame, as records: a FRAME_RUN for each row of frames of RAM that have the same owner, node and number of holders.
 * Takes time in proportion to RAM, a step for 2 MiB that are whole. Frames in the hands of a CPU are free.
 */
let first: u32 = 0;
/** The frame after the last one of the run so far. */
let end: u32 = 0;
let what: u64 = 0;

const HOLDERS_SHIFT: u64 = 16;
const NODE_SHIFT: u64 = 8;

export function reportFrames(): void {
  first = 0;
  end = 0;
  for (let span: u32 = 0; span < spanCount(); span++) {
    for (let area = spanFirst(span); area < spanEnd(span); area++) {
      reportArea(spanIndex(span) + area - spanFirst(span), area << AREA_SHIFT);
    }
  }
  endRun();
}

function reportArea(area: u32, frame: u32): void {
  const entry = areaEntry(area);
  const place = placeOf(entry);
  const node = (<u64>nodeOf(entry)) << NODE_SHIFT;
  if (place == Place.WHOLE || place == Place.SHELVED) return extend(frame, AREA_FRAMES, node | FrameOwner.FREE);
  if (place == Place.HELD) return extend(frame, AREA_FRAMES, node | heldBy(entry) | ((<u64>1) << HOLDERS_SHIFT));
  for (let i: u32 = 0; i < AREA_FRAMES; i++) reportFrame((area << AREA_SHIFT) + i, frame + i, node);
}

function reportFrame(ordinal: u32, frame: u32, node: u64): void {
  const owner = ownerAt(ordinal);
  if (owner == FrameOwner.HOLE) return;
  const holders = isAllocatable(owner) ? <u64>sharersAt(ordinal) + 1 : 0;
  extend(frame, 1, node | owner | (holders << HOLDERS_SHIFT));
}

function extend(frame: u32, frames: u32, value: u64): void {
  if (frame != end || value != what) {
    endRun();
    first = frame;
    what = value;
  }
  end = frame + frames;
}

function endRun(): void {
  if (end != first) trace(RecordKind.FRAME_RUN, first, end - 1, what);
  first = end;
}
