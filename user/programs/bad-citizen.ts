/** A bad citizen: copies of it try one forbidden thing each; every one is refused, or dies of it, and nobody else notices. */
import {
  call,
  Ending,
  Errno,
  execute,
  exit,
  fork,
  handleRevoke,
  heapStart,
  load64,
  log,
  MapFlag,
  mmap,
  mmapShared,
  mprotect,
  munmap,
  print,
  printLine,
  printNumber,
  Protect,
  stackStart,
  store64,
  sysMap,
  syscall,
  textStart,
  wait,
} from "nitros";

const PAGE: u64 = 4096;
const KERNEL: u64 = 0xffff_8000_0000_0000;
const ANYWHERE: u64 = MapFlag.PRIVATE | MapFlag.ANONYMOUS;
const CRIMES: u32 = 6;
let refused: u32 = 0;
let asked: u32 = 0;

export function main(): i32 {
  let died: u32 = 0;
  for (let crime: u32 = 0; crime < CRIMES; crime++) {
    if (fork() == 0) commit(crime);
    wait(heapStart());
    if ((load64(heapStart()) & Ending.KILLED) != 0) died += 1;
  }
  print("Of ");
  printNumber(CRIMES);
  print(" accesses that I may not make, ");
  printNumber(died);
  printLine(" killed the copy that made them.");
  askForWhatIsNotMine();
  print("Of ");
  printNumber(asked);
  print(" calls that ask for what is not mine, ");
  printNumber(refused);
  printLine(" were refused.");
  return died == CRIMES && refused == asked ? 0 : 1;
}

/** Does not return, unless it was allowed. */
function commit(crime: u32): void {
  if (crime == 0) load64(0);
  else if (crime == 1) store64(textStart(), 0);
  else if (crime == 2) load64(KERNEL);
  else if (crime == 3) store64(stackStart() - 8, 0);
  else if (crime == 4) execute(heapStart());
  else load64(0x0000_8000_0000_0000);
  exit(0);
}

function askForWhatIsNotMine(): void {
  const mine = <u64>mmap(0, PAGE, Protect.READ | Protect.WRITE, ANYWHERE);
  refuse(mmap(0, PAGE, Protect.WRITE | Protect.EXECUTE, ANYWHERE), Errno.EACCES);
  refuse(mprotect(mine, PAGE, Protect.WRITE | Protect.EXECUTE), Errno.EACCES);
  refuse(mmap(0, PAGE, Protect.READ, ANYWHERE | MapFlag.FIXED), Errno.EINVAL);
  refuse(mmap(KERNEL, PAGE, Protect.READ, ANYWHERE | MapFlag.FIXED), Errno.EINVAL);
  refuse(munmap(KERNEL, PAGE), Errno.EINVAL);
  refuse(log(KERNEL, 8), Errno.EFAULT);
  refuse(sysMap(0, 0x10_0000, Protect.READ), Errno.EPERM);
  refuse(sysMap(0, 0xfee0_0000, Protect.READ), Errno.EPERM);
  refuse(mmapShared(0, PAGE, Protect.READ, 0, 1, 0), Errno.EBADF);
  refuse(call(1, 0), Errno.EBADF);
  refuse(handleRevoke(17), Errno.EBADF);
  refuse(syscall(12345, 0, 0, 0, 0, 0, 0), Errno.ENOSYS);
}

function refuse(answer: i64, wanted: i64): void {
  asked += 1;
  if (answer == wanted) refused += 1;
}
