/** Gives the kernel buffers that it cannot read: wholly, partly, and beyond the user half. Each must come back as EFAULT. */
import { Errno, heapBytes, heapStart, log, printLine, stackStart } from "nitros";

export function main(): i32 {
  if (log(0, 16) != Errno.EFAULT) return 1;
  if (log(stackStart() - 16, 16) != Errno.EFAULT) return 2;
  if (log(heapStart() + heapBytes() - 8, 16) != Errno.EFAULT) return 3;
  if (log(0xffff_8000_0000_0000, 16) != Errno.EFAULT) return 4;
  if (log(0x0000_7fff_ffff_fff8, 16) != Errno.EFAULT) return 5;
  if (log(u64.MAX_VALUE - 7, 16) != Errno.EFAULT) return 6;
  if (log(heapStart(), 0) != 0) return 7;
  printLine("every bad buffer was refused");
  return 0;
}
