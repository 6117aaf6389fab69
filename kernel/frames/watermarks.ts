import { MAX_NODES, nodeCount } from "./nodes";
import { totalFramesOf } from "./node-counts";

/**
 * The watermarks of each node: frames.
 *
 * min is Linux's: 4√(KiB of memory) KiB, which is 2√frames frames. What must be possible when memory is short grows with the machine, but
 * more slowly. The marks lie a quarter of min apart, or a thousandth of the node, as Linux's do (`watermark_scale_factor` 10); and at least
 * 64 frames, the step in which CPUs take memory, so that no single step leads through two of them.
 *
 *     4 MiB   64, 128, 192 frames       1 GiB   1024, 1286, 1548       64 GiB   8192, 24969, 41746
 *
 * A node of less than 4 MiB has none: it would always be short.
 */
const marks = memory.data(256, 8);
if (16 * 2 * 8 != 256) ERROR("marks holds min and step of MAX_NODES nodes");

const LEAST_FRAMES: u64 = 1024;
const LEAST_STEP: u64 = 64;
const SCALE: u64 = 1000;

/** Once the RAM of the nodes has been counted. */
export function setWatermarks(): void {
  for (let node: u32 = 0; node < MAX_NODES; node++) setMarks(node, node < nodeCount() ? totalFramesOf(node) : 0);
}

function setMarks(node: u32, frames: u64): void {
  const hasMarks = frames >= LEAST_FRAMES;
  const least: u64 = hasMarks ? 2 * squareRoot(frames) : 0;
  const step: u64 = hasMarks ? max<u64>(LEAST_STEP, max<u64>(least >> 2, frames / SCALE)) : 0;
  store<u64>(slot(node), least);
  store<u64>(slot(node), step, 8);
}

function slot(node: u32): usize {
  return marks + ((<usize>node) << 4);
}

export function minimumMark(node: u32): u64 {
  return load<u64>(slot(node));
}

export function lowMark(node: u32): u64 {
  return minimumMark(node) + load<u64>(slot(node), 8);
}

export function highMark(node: u32): u64 {
  return lowMark(node) + load<u64>(slot(node), 8);
}

/** Rounded down; bit by bit from the highest. */
function squareRoot(square: u64): u64 {
  let root: u64 = 0;
  for (let bit: u64 = 1 << 31; bit != 0; bit >>= 1) if ((root | bit) * (root | bit) <= square) root |= bit;
  return root;
}
