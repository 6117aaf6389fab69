/** A driver in ring 3: it maps the timer that its manifest grants, reads it, and has memory whose physical address it can tell a device. */
import {
  Errno,
  load32,
  load64,
  memoryCreate,
  MemoryFlag,
  physicalAddress,
  print,
  printLine,
  printNumber,
  Protect,
  store64,
  sysMap,
  sysUnmap,
} from "nitros";

/** The high-precision event timer (IA-PC HPET 1.0a, 2.3.2), where PCs have it: see driver.manifest.json. */
const TIMER: u64 = 0xfed0_0000;
const PERIOD_AT: u64 = 4;
const COUNTER_AT: u64 = 0xf0;
const FEMTOSECONDS_A_NANOSECOND: u32 = 1_000_000;
const MOST_LOOKS: u32 = 10_000_000;
const PAGE: u64 = 4096;

export function main(): i32 {
  const timer = sysMap(0, TIMER, Protect.READ);
  if (timer < 0) return refused("the timer", timer);
  print("The timer is mine to read; it counts every ");
  printNumber(load32(<u64>timer + PERIOD_AT) / FEMTOSECONDS_A_NANOSECOND);
  printLine(" ns.");
  const before = load32(<u64>timer + COUNTER_AT);
  let looks: u32 = 0;
  while (load32(<u64>timer + COUNTER_AT) == before && looks < MOST_LOOKS) looks += 1;
  printLine(looks == MOST_LOOKS ? "It does not count." : "It has counted while I looked.");
  expect("to write to it", sysMap(0, TIMER, Protect.READ | Protect.WRITE));
  expect("the page behind it", sysMap(0, TIMER + PAGE, Protect.READ));
  expect("the page of memory at 1 MiB", sysMap(0, 0x10_0000, Protect.READ));
  if (sysUnmap(<u64>timer) != 0) return 1;
  return shareWithDevice();
}

/** Nothing but what is granted, or mine. */
function expect(what: string, answer: i64): void {
  print("I may not have ");
  print(what);
  printLine(answer == Errno.EPERM ? "." : ", and got something else than EPERM.");
}

function shareWithDevice(): i32 {
  const memory = memoryCreate(4 * PAGE, MemoryFlag.CONTIGUOUS);
  if (memory < 0) return refused("memory in a row", memory);
  const physical = physicalAddress(<u64>memory);
  if (physical < 0) return refused("its address", physical);
  const third = sysMap(0, <u64>physical + 2 * PAGE, Protect.READ | Protect.WRITE);
  const again = sysMap(0, <u64>physical + 2 * PAGE, Protect.READ);
  if (third < 0 || again < 0) return refused("the third of its pages", third);
  store64(<u64>third + 8, 42);
  print("Four pages in a row are mine. I wrote ");
  printNumber(load64(<u64>again + 8));
  printLine(" where a device would find it.");
  return 0;
}

function refused(what: string, error: i64): i32 {
  print("No ");
  print(what);
  print(": ");
  printNumber(error);
  printLine("");
  return 1;
}
