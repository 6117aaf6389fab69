/**
 * One program, which is built once; what it is about depends on what it may: without a manifest it is a family that makes calls; with one, a module that
 * makes some (it has a device), one that starts such modules (it may), or the tenant of the modules' zone.
 */
import { Errno, heapStart, Protect, spawn, sysMap, sysUnmap, textStart } from "nitros";
import { control } from "./control";
import { makeCalls } from "./family";
import { makeCallsAsModule } from "./guest";
import { TIMER } from "./numbers";
import { lodge } from "./tenant";

const ZONE: u64 = 0xffff_9000_0000_0000;

export function main(): i32 {
  if (textStart() < ZONE) return makeCalls();
  if (hasDevice()) return makeCallsAsModule();
  return spawn(heapStart(), 1) == Errno.EPERM ? lodge() : control();
}

function hasDevice(): bool {
  const timer = sysMap(0, TIMER, Protect.READ);
  return timer > 0 && sysUnmap(<u64>timer) == 0;
}
