import { areaEntry, nodeOf, Place, placeOf } from "./areas";
import { FrameError } from "./errors";
import { nodeCount } from "./nodes";
import { frameRefusal } from "./refusals";
import { AREA_SHIFT, spanCount, spanEnd, spanFirst, spanIndex } from "./spans";
import { isRunRight, LAST_SIZE } from "./whole-runs";

/** The sets of runs against the places of areas. */

/** Areas in a row, up to the one looked at, that are WHOLE and of one node. */
let row: u32 = 0;
let rowNode: u32 = 0;

/** Returns a FrameError; what is found is the size, and the first frame of the last area of the run. */
export function validateRuns(): u32 {
  for (let span: u32 = 0; span < spanCount(); span++) {
    row = 0;
    for (let area = spanFirst(span); area < spanEnd(span); area++) {
      lengthenRow(spanIndex(span) + area - spanFirst(span));
      const wrong = wrongSize(area, spanIndex(span) + area - spanFirst(span));
      if (wrong != 0) return frameRefusal(FrameError.TREE_WRONG, wrong, area << AREA_SHIFT);
    }
  }
  return FrameError.NONE;
}

function lengthenRow(area: u32): void {
  const entry = areaEntry(area);
  const isWhole = placeOf(entry) == Place.WHOLE;
  row = !isWhole ? 0 : nodeOf(entry) == rowNode ? row + 1 : 1;
  rowNode = nodeOf(entry);
}

/** Of the runs that end with this area, the smallest that a node's set has and should not, or the other way round; 0 when there is none. */
function wrongSize(physical: u32, area: u32): u32 {
  for (let size: u32 = 1; size <= LAST_SIZE && ((physical + 1) & (((<u32>1) << size) - 1)) == 0; size++) {
    const isWhole = row >= (<u32>1) << size;
    for (let node: u32 = 0; node < nodeCount(); node++) {
      if (!isRunRight(node, area, size, isWhole && node == rowNode)) return size;
    }
  }
  return 0;
}
