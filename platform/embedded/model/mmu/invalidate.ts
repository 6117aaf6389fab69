import { Feature, hasFeature } from "../cpu/features";
import { kernelFault } from "../host";
import { Vector } from "./faults";
import { flushAllContexts, flushContext, flushEverything, generalProtection } from "./registers";
import { Cr4, cpu, currentPcid } from "./state";
import { dropStructures, flushStructuresOf } from "./structure-cache";
import { tlbDrop, tlbDropPrivate } from "./tlb";
import { isCanonical } from "./translate";

/**
 * INVLPG (SDM 2A, and 3A 4.10.4.1): the page, global or not and whatever its size, and every structure-cache entry of the current
 * PCID. Nothing at all for a non-canonical operand.
 */
export function invalidatePage(linear: u64): void {
  if (!isCanonical(linear)) return;
  tlbDrop(linear, currentPcid());
  flushStructuresOf(currentPcid());
}

/** Operand of INVPCID (SDM 2A, INVPCID; 3A 4.10.4.1). */
namespace Type {
  export const ADDRESS: u64 = 0;
  export const CONTEXT: u64 = 1;
  export const EVERYTHING: u64 = 2;
  export const ALL_CONTEXTS: u64 = 3;
}

/** INVPCID, with its descriptor's two words. Refused is what the manual says is #GP(0); #UD without the feature. */
export function invalidateContext(type: u64, pcid: u64, linear: u64): void {
  if (!hasFeature(Feature.INVPCID)) invalidOpcode();
  if (!isAllowed(type, pcid, linear)) generalProtection();
  if (type == Type.ADDRESS) dropAddress(<u32>pcid, linear);
  else if (type == Type.CONTEXT) flushContext(<u32>pcid);
  else if (type == Type.EVERYTHING) flushEverything();
  else flushAllContexts();
}

function isAllowed(type: u64, pcid: u64, linear: u64): bool {
  if (type > Type.ALL_CONTEXTS || pcid > 0xfff) return false;
  if (type == Type.ADDRESS && !isCanonical(linear)) return false;
  return type > Type.CONTEXT || pcid == 0 || (cpu().cr4 & Cr4.PCIDE) != 0;
}

/** What would be used to translate the address; the model does not drop more than that. */
function dropAddress(pcid: u32, linear: u64): void {
  tlbDropPrivate(linear, pcid);
  dropStructures(linear, pcid);
}

function invalidOpcode(): void {
  kernelFault(Vector.INVALID_OPCODE, 0, 0);
  unreachable();
}
