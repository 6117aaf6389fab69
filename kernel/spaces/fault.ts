import { isCanonical, KERNEL_HALF, NULL_ZONE_BYTES, zoneOf } from "../address/layout";
import { Zone } from "../address/zones";
import { PAGE_BYTES } from "../address/pages";
import { FaultBit } from "./fault-bits";
import { FaultReason, RegionKind } from "./kinds";
import { Region } from "./region";
import { findRegion, Space } from "./space";

/** What lies at `address`, seen from `space`: a RegionKind. */
export function regionKindAt(space: Space, address: u64): u32 {
  if (!isCanonical(address)) return RegionKind.NOT_CANONICAL;
  if (address >= KERNEL_HALF && zoneOf(address) != Zone.MODULES) return RegionKind.KERNEL;
  if (address < NULL_ZONE_BYTES) return RegionKind.NULL_ZONE;
  const region = findRegion(space, address);
  if (region != null) return region.kind;
  return address >= KERNEL_HALF ? RegionKind.MODULE : RegionKind.NONE;
}

/** Why a user's page fault at `address` cannot be answered: a FaultReason. */
export function pageFaultReason(space: Space, error: u64, address: u64): u32 {
  const kind = regionKindAt(space, address);
  if (kind == RegionKind.NULL_ZONE) return FaultReason.NULL_POINTER;
  if (kind == RegionKind.KERNEL) return FaultReason.KERNEL_ADDRESS;
  if (kind == RegionKind.STACK_GUARD) return FaultReason.STACK_OVERFLOW;
  if (kind == RegionKind.GUARD) return FaultReason.GUARD_HIT;
  if (kind == RegionKind.MODULE && (error & FaultBit.PRESENT) == 0) return FaultReason.NOT_MAPPED;
  if (kind == RegionKind.NONE) return FaultReason.NOT_MAPPED;
  if (kind != RegionKind.MODULE && changetype<Region>(findRegion(space, address)).rights == 0)
    return FaultReason.NO_ACCESS;
  if ((error & FaultBit.FETCH) != 0) return FaultReason.NOT_EXECUTABLE;
  return (error & FaultBit.WRITE) != 0 ? FaultReason.READ_ONLY : FaultReason.OTHER;
}

/**
 * The address to report. A stack that overflows hits whatever offset its last frame happened to have: of a guard, only the page
 * means anything.
 */
export function reportedAddress(address: u64, reason: u32): u64 {
  return reason == FaultReason.STACK_OVERFLOW ? address & ~(PAGE_BYTES - 1) : address;
}
