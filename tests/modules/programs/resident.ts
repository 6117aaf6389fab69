/** A module: its text and data are in the zone that all tasks see. It tells others where, as long as they ask, and ends when one says so. */
import {
  Errno,
  fork,
  load64,
  log,
  MapFlag,
  mmap,
  mprotect,
  mseal,
  munmap,
  portCreate,
  portName,
  printLine,
  Protect,
  receive,
  reply,
  setWord,
  store64,
  sysMap,
  sysUnmap,
  textStart,
  word,
} from "nitros";

const PAGE: u64 = 4096;
const UNIT: u64 = 0x1_0000;
/** Text and constants are a unit each; of the data's first unit the machine uses little. */
const DATA: u64 = 2 * UNIT + 15 * PAGE;
const ZONE: u64 = 0xffff_9000_0000_0000;
const ZONE_LAST: u64 = 0xffff_9fff_ffff_ffff;
/** "module\n" and a zero. */
const TEXT: u64 = 0x000a_656c_7564_6f6d;
const END: u64 = 1;

let failures = 0;

function expect(what: string, isSo: bool): void {
  if (isSo) return;
  failures += 1;
  printLine(what);
}

export function main(): i32 {
  const data = textStart() + DATA;
  expect("not in the zone", textStart() >= ZONE && textStart() <= ZONE_LAST);
  store64(data, TEXT);
  expect("not written", load64(data) == TEXT);
  expect("not logged", log(data, 7) == 7);
  expect("copied", fork() == Errno.EPERM);
  expectFixed(data);
  const port = <u64>portCreate(portName("resident"));
  while (receive(port) == 1) {
    const isEnd = word(0) == END;
    setWord(0, data);
    reply(1);
    if (isEnd) break;
  }
  return failures;
}

/** Its part of the zone is nobody's to change, not its own either. */
function expectFixed(data: u64): void {
  const flags: u64 = MapFlag.ANONYMOUS | MapFlag.PRIVATE | MapFlag.FIXED;
  expect("unmapped", munmap(data, PAGE) == Errno.EINVAL);
  expect("protected", mprotect(data, PAGE, Protect.READ) == Errno.EINVAL);
  expect("sealed", mseal(data, PAGE) == Errno.EINVAL);
  expect("mapped over", mmap(data, PAGE, Protect.READ, flags) == Errno.EINVAL);
  expect("mapped beside", mmap(data + 16 * UNIT, PAGE, Protect.READ, flags) == Errno.EINVAL);
  expect("a device over it", sysMap(data, 0xfed0_0000, Protect.READ) == Errno.EINVAL);
  expect("a device taken away", sysUnmap(data) == Errno.EINVAL);
}
