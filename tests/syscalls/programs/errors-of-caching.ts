/** A device that was mapped with another type of caching, by a module that was booted before this one. */
import { Errno, Protect, sysMap } from "nitros";
import { failureCount, refused } from "./refused";

export function main(): i32 {
  const other = "the device was mapped with another type of caching before";
  refused("sys_map", Errno.EPERM, other, sysMap(0, 0xf000_0000, Protect.READ));
  return failureCount();
}
