/** What a program without a manifest may not have, which is all that manifests give. */
import { Errno, memoryCreate, MemoryFlag, physicalAddress, printLine, Protect, sysMap } from "nitros";

export function main(): i32 {
  const memory = <u64>memoryCreate(4096);
  const isRefused =
    sysMap(0, 0xfed0_0000, Protect.READ) == Errno.EPERM &&
    memoryCreate(4096, MemoryFlag.CONTIGUOUS) == Errno.EPERM &&
    physicalAddress(memory) == Errno.EPERM;
  if (isRefused) printLine("nothing is granted");
  return isRefused ? 0 : 1;
}
