/** Spaces as `entry.ts` makes them, and modules among them: text, constants and data in the zone that all spaces have. */
export * from "./entry";
import { makeSpace, startSpaces } from "./entry";
import { KERNEL_HALF } from "../../kernel/address/layout";
import { addOnline } from "../../kernel/cpu/online";
import { openModuleZone } from "../../kernel/paging/module-zone";
import { seedRandom } from "../../kernel/random/random";
import { RegionKind } from "../../kernel/spaces/kinds";
import { drawModuleBase } from "../../kernel/spaces/placement";
import { addPopulated } from "../../kernel/spaces/populate";
import { READ_WRITE, Region, Right } from "../../kernel/spaces/region";
import { firstFrom } from "../../kernel/spaces/region-tree";
import { Space, SpaceError } from "../../kernel/spaces/space";

const SEED: u64 = 0x6e_6974;

/** Bring-up, with two CPUs that run, and the zone. */
export function startWithModules(): bool {
  if (!startSpaces()) return false;
  addOnline(1);
  seedRandom(SEED);
  openModuleZone();
  return true;
}

/** A module's space, `bytes` of each kind; 0 when there is no memory, or no slot. */
export function makeModule(bytes: u64): usize {
  const space = changetype<Space>(makeSpace());
  const base = drawModuleBase(space, 3 * bytes);
  if (base == 0) return 0;
  let error = addPopulated(space, base, base + bytes - 1, RegionKind.TEXT, Right.READ | Right.EXECUTE);
  if (error == SpaceError.NONE)
    error = addPopulated(space, base + bytes, base + 2 * bytes - 1, RegionKind.RODATA, Right.READ);
  if (error == SpaceError.NONE)
    error = addPopulated(space, base + 2 * bytes, base + 3 * bytes - 1, RegionKind.DATA, READ_WRITE);
  return error == SpaceError.NONE ? changetype<usize>(space) : 0;
}

/** Where a module's text begins. */
export function moduleBase(space: Space): u64 {
  return changetype<Region>(firstFrom(space.regions, KERNEL_HALF)).first;
}

export { giveSlot, takeSlot } from "../../kernel/paging/module-zone";
export { answerPageFault as answer } from "../../kernel/spaces/answer";
