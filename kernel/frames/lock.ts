import { pause, physCompareExchange64, physExchange64, physLoad64 } from "platform";
import { lockAddress } from "./table";

/**
 * The lock of a node: of the places of its areas, and of its trees. Taken when an area changes places, which is once in 128 frames freed at
 * random and once in 512 allocated; and for blocks. A leaf: nothing else is locked while one is held. Functions that want it held end in
 * `Locked`.
 */
export function lockNode(node: u32): void {
  const at = lockAddress(node);
  while (physCompareExchange64(at, 0, 1) != 0) while (physLoad64(at) != 0) pause();
}

export function unlockNode(node: u32): void {
  physExchange64(lockAddress(node), 0);
}
