/** Wrong arguments of system calls get the error that POSIX names, and the task lives on. */
import { Errno, heapBytes, heapStart, load8, log, printLine, store8, syscall } from "nitros";

const KERNEL_HALF: u64 = 0xffff_8000_0000_0000;
const LAST_ADDRESS: u64 = 0xffff_ffff_ffff_ffff;
const NEVER_MAPPED: u64 = 0x1000;

export function main(): i32 {
  let failures = 0;
  failures += expect("an unknown call", syscall(9999, 0, 0, 0, 0, 0, 0), Errno.ENOSYS);
  failures += expect("info of an unknown kind", syscall(3, 9999, 0, 0, 0, 0, 0), Errno.EINVAL);
  failures += expect("log of kernel memory", log(KERNEL_HALF, 8), Errno.EFAULT);
  failures += expect("log of unmapped memory", log(NEVER_MAPPED, 8), Errno.EFAULT);
  failures += expect("log that wraps around", log(LAST_ADDRESS, 8), Errno.EFAULT);
  failures += expect("log over the end of the heap", log(heapStart() + heapBytes() - 4, 8), Errno.EFAULT);
  failures += expect("log of too much", log(heapStart(), 4097), Errno.EINVAL);
  failures += expect("log of nothing", log(heapStart(), 0), 0);
  store8(heapStart(), 7);
  return failures + (load8(heapStart()) == 7 ? 0 : 1);
}

function expect(what: string, found: i64, wanted: i64): i32 {
  printLine(what);
  return found == wanted ? 0 : 1;
}
