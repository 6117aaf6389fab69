import { PhysAddr } from "../address/addr";
import { Frame } from "../frames/frame";
import { Pte } from "../paging/pte";
import { Handle } from "../objects/handle";
import { ensureMessageBuffer } from "./message-buffer";
import { pageFlags } from "./pages";
import { MemoryObject, objectFrame } from "./memory-object";
import { Backing, Region } from "./region";
import { Space } from "./space";

/** Pages that are not the mapping's own: a message buffer's, an object's. Whoever maps them does not count as a holder of their frames. */

/** The frame for the page at `page`; none when there is no memory. */
export function backingFrame(space: Space, region: Region, page: u64): Frame {
  if (region.backing == Backing.OBJECT) {
    const handle = changetype<Handle>(region.source);
    return objectFrame(changetype<MemoryObject>(handle.object), region.offset + (page - region.first));
  }
  return ensureMessageBuffer(space) ? Frame.containing(<PhysAddr>space.message) : Frame.none();
}

/** The bits of such a page beside its rights: FOREIGN, and writable as soon as the region allows it. */
const BACKED_BITS: u64 = 1537;
if (BACKED_BITS != (Pte.PRESENT | Pte.OWNED | Pte.FOREIGN)) ERROR("BACKED_BITS");

export function backedEntry(frame: Frame, region: Region): u64 {
  return frame.address | pageFlags(region.rights) | BACKED_BITS;
}
