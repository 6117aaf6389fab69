import { physLoad64 } from "platform";
import { PhysAddr, VirtAddr } from "../address/addr";
import { KERNEL_HALF, zoneOf } from "../address/layout";
import { Zone } from "../address/zones";
import { directMapBase } from "../bootinfo/bootinfo";
import { isRamThroughout, touchesRam } from "../memory-map/ram";
import { Caching } from "./caching";
import { supportedFlags } from "./features";
import { kernelRoot } from "./kernel-space";
import { cachingOf } from "./memory-types";
import { firstOpenSlot, slotFirst, SLOTS } from "./module-zone";
import { ENTRIES_PER_TABLE, isLeaf, isPresent, leafAddress, pageBytesAt, Pte, ROOT_LEVEL } from "./pte";

/**
 * Is everything in the kernel's half where it belongs? Found out by walking its tables: at the end of bring-up, and by tests.
 *
 *     zone         what may be mapped                     rights                                      caching
 *     kernel       RAM                                    not W and X, global                         write-back
 *     modules      RAM                                    the user's, not W and X; neither W nor X    write-back
 *                                                         but for the owner (`module-zone.ts`)
 *     direct map   RAM, at its own distance from the base never X, global                             write-back
 *     MMIO         no RAM                                 never X, global                             not write-back
 *
 * Nothing else there is the user's.
 */

/** The first page in the kernel's half that is not as it should be; 0 when there is none. */
export function findMisplaced(): VirtAddr {
  const open = firstOpenSlot();
  if (open != SLOTS) return slotFirst(open);
  return findBelow(kernelRoot(), ROOT_LEVEL, KERNEL_HALF, ENTRIES_PER_TABLE / 2);
}

/** In the last entries of `table`, from number `from` on; the first of them is for address `base`. */
function findBelow(table: PhysAddr, level: u32, base: u64, from: u32): VirtAddr {
  let at = base;
  for (let index = from; index < ENTRIES_PER_TABLE; index++) {
    const entry = physLoad64(table + ((<u64>index) << 3));
    if (isPresent(entry)) {
      const found = isLeaf(entry, level)
        ? checkLeaf(at, entry, level)
        : findBelow(<PhysAddr>(entry & Pte.ADDRESS), level - 1, at, 0);
      if (found != 0) return found;
    }
    at += pageBytesAt(level);
  }
  return <VirtAddr>0;
}

function checkLeaf(at: u64, entry: u64, level: u32): VirtAddr {
  return isInPlace(at, entry, level) ? <VirtAddr>0 : <VirtAddr>at;
}

function isInPlace(at: u64, entry: u64, level: u32): bool {
  const bytes = pageBytesAt(level);
  const frame = leafAddress(entry, level);
  const zone = zoneOf(at);
  const isModules = zone == Zone.MODULES;
  if (((entry & Pte.USER) != 0) != isModules || ((entry & Pte.GLOBAL) == 0) != isModules) return false;
  const isCached = cachingOf(entry, level) == Caching.WRITE_BACK;
  if (zone == Zone.MMIO) return isNoExecute(entry) && !isCached && !touchesRam(frame, frame + bytes - 1);
  if (!isCached || !isRamThroughout(frame, bytes)) return false;
  if (zone == Zone.DIRECT_MAP) return isNoExecute(entry) && at - directMapBase() == frame;
  return isNoExecute(entry) || (entry & Pte.WRITE) == 0;
}

/** On a CPU that has no such bit everything is executed, and no entry says otherwise. */
function isNoExecute(entry: u64): bool {
  return (entry & Pte.NO_EXECUTE) == supportedFlags(Pte.NO_EXECUTE);
}
