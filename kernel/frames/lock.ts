import { pause, physCompareExchange64, physExchange64, physLoad64 } from "platform";
import { lockAddress } from "./table";

/**
 * The lock of the areas' places and trees. Taken when an area changes places, which is once in 32 frames freed at random and once in 512
 * allocated; and for blocks. A leaf: nothing else is locked while it is held. Functions that want it held end in `Locked`.
 */
export function lockAreas(): void {
  while (physCompareExchange64(lockAddress(), 0, 1) != 0) while (physLoad64(lockAddress()) != 0) pause();
}

export function unlockAreas(): void {
  physExchange64(lockAddress(), 0);
}
