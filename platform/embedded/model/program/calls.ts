import { Access } from "../mmu/access";
import { Vector } from "../mmu/faults";
import { translate } from "../mmu/translate";
import { tick, ticksNow } from "../cpu/time";
import { attend } from "./attend";
import { currentContext, isForked } from "./context";
import { enterFault, enterSyscall, enterTrap } from "./enter";
import { arrive, isResuming, stopAt } from "./resume";
import { goesOn } from "./turns";

/** x86's near return: the one instruction that the model executes from memory. */
const RET: u8 = 0xc3;

export function userSyscall(number: u32, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64): i64 {
  if (isResuming()) return arrive().result;
  enterSyscall(number, a, b, c, d, e, f);
  attend();
  if (goesOn() && !isForked()) return currentContext().result;
  stopAt(0, 0);
  return 0;
}

/** Calls the code at `address`. Its bytes are fetched through the MMU; what is not a plain return is an invalid opcode. */
export function userExecute(address: u64): void {
  const target = isResuming() ? arrive().address : address;
  if (!attend()) return stopAt(target, 0);
  while (true) {
    const at = translate(target, Access.FETCH | Access.USER);
    if (at != 0 && load<u8>(at) == RET) return;
    if (at == 0) enterFault();
    else enterTrap(Vector.INVALID_OPCODE, 0, 0);
    if (!goesOn()) return stopAt(target, 0);
  }
}

/** RDTSC: any ring may, unless CR4.TSD forbids it (SDM 3A 2.5), which the kernel does not set. */
export function userClock(): u64 {
  if (isResuming()) arrive();
  tick();
  if (!attend()) stopAt(0, 0);
  return ticksNow();
}
