import { areaEntry, heldBy, Place, placeOf } from "./areas";
import { AREA_FRAMES, AREA_SHIFT, areaCount } from "./spans";
import { countStates } from "./table";

/** Frames that are allocated for `owner`, counted. Of areas that are whole only the entry is looked at. */
export function allocatedFor(owner: u32): u64 {
  let sum: u64 = 0;
  for (let area: u32 = 0; area < areaCount(); area++) sum += allocatedIn(area, owner);
  return sum;
}

function allocatedIn(area: u32, owner: u32): u32 {
  const entry = areaEntry(area);
  const place = placeOf(entry);
  if (place == Place.HELD) return heldBy(entry) == owner ? AREA_FRAMES : 0;
  if (place == Place.WHOLE || place == Place.SHELVED) return 0;
  return countStates(area << AREA_SHIFT, AREA_FRAMES, owner);
}
