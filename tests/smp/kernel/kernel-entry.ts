import { contextSetResult, copyFromUser, cpuIndex, pause, physExchange64, physLoad64 } from "platform";
import { panic } from "../../../kernel/console/panic";
import { endOfInterrupt, sendInterrupt } from "../../../kernel/cpu/apic";
import { lockKernel, unlockKernel } from "../../../kernel/cpu/kernel-lock";
import { requestAddress } from "../../../kernel/cpu/lines";
import { onlineCpus } from "../../../kernel/cpu/online";
import * as usual from "../../../kernel/kernel";
import { removeRange } from "../../../kernel/spaces/change";
import { Space } from "../../../kernel/spaces/space";
import { enterSpace, leaveSpaces } from "../../../kernel/tlb/loaded";
import { currentTask } from "../../../kernel/tasks/scheduler";
import { OtherCpu, TestCall } from "../programs/test-calls";

/**
 * The kernel, and ways to have a space on two CPUs, which no program can bring about: the CPU that calls, and the *other* one, which has no
 * task. It does what it is told by interrupts that the kernel has no use for, without the kernel's lock: whoever tells it has that.
 */
export { boot, shootdown, start } from "../../../kernel/kernel";

namespace TestVector {
  export const READ: u32 = 40;
  export const LEAVE: u32 = 41;
  export const PANIC: u32 = 42;
}
const NOT_THERE: i64 = -1;
/** In the line of CPU 0, behind what the kernel has there: what the other CPU is to do still. */
const TOLD: u64 = 96;
namespace Told {
  export const NOTHING: u64 = 0;
  export const SOMETHING: u64 = 1;
  /** It waits for the lock, or has it. */
  export const TO_WAIT: u64 = 2;
}

let shared: Space | null = null;
let address: u64 = 0;
let other: u32 = 0;
let place: u32 = OtherCpu.SLEEPS;
let found: i64 = NOT_THERE;
const word = memory.data(8, 8);

export function trap(vector: u32, error: u64, at: u64, origin: u32): void {
  if (vector < TestVector.READ || vector > TestVector.PANIC) return usual.trap(vector, error, at, origin);
  endOfInterrupt();
  if (vector == TestVector.READ) read();
  else if (vector == TestVector.LEAVE) leaveSpaces();
  physExchange64(toldAddress(), place == OtherCpu.WAITS ? Told.TO_WAIT : Told.NOTHING);
  if (place == OtherCpu.PANICS) panic("the other CPU panics", vector);
  else if (place == OtherCpu.WAITS) waitForLock();
}

/** The CPU that told this one has it. */
function waitForLock(): void {
  lockKernel();
  read();
  unlockKernel();
  physExchange64(toldAddress(), Told.NOTHING);
}

/** On the other CPU: what it finds at the address, by a translation that it may have cached. */
function read(): void {
  const space = shared;
  if (space == null) return;
  enterSpace(space);
  found = copyFromUser(word, address, 8) == 8 ? load<i64>(word) : NOT_THERE;
}

export function syscall(number: u64, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64): void {
  if (number < TestCall.SHARE || number > TestCall.SWAP) return usual.syscall(number, a, b, c, d, e, f);
  // It takes no interrupt before it has had the lock.
  while (physLoad64(toldAddress()) == Told.TO_WAIT) pause();
  lockKernel();
  contextSetResult(currentTask().context, perform(number, a, <u32>b));
  unlockKernel();
}

function perform(number: u64, a: u64, b: u32): i64 {
  other = <u32>ctz<u64>(onlineCpus() & ~((<u64>1) << (<u64>cpuIndex())));
  if (number == TestCall.SHARE) return share(a, b);
  if (number == TestCall.LOOK) return look();
  if (number == TestCall.PART) return part();
  if (number == TestCall.SWAP) return swap(a);
  place = <u32>a;
  if (place != OtherCpu.SLEEPS) tell(TestVector.PANIC);
  panic("the test wants it", a);
  return 0;
}

function share(at: u64, where: u32): i64 {
  shared = currentTask().space;
  address = at;
  place = where;
  tell(TestVector.READ);
  return found;
}

function look(): i64 {
  place = OtherCpu.SLEEPS;
  tell(TestVector.READ);
  return found;
}

function part(): i64 {
  place = OtherCpu.SLEEPS;
  shared = null;
  tell(TestVector.LEAVE);
  return 0;
}

/** The other CPU waits for the lock that this one has, and answers from there. */
function swap(at: u64): i64 {
  share(at, OtherCpu.WAITS);
  return removeRange(currentTask().space, at, at + 4095);
}

/** Interrupts the other CPU, and waits until it has done it. */
function tell(vector: u32): void {
  physExchange64(toldAddress(), Told.SOMETHING);
  sendInterrupt(other, vector);
  while (physLoad64(toldAddress()) == Told.SOMETHING) pause();
}

function toldAddress(): u64 {
  return requestAddress(0) + TOLD;
}
