import { afterStore, beforeUserLoad } from "../devices/registers";
import { tick } from "../cpu/time";
import { Access } from "../mmu/access";
import { PAGE_MASK } from "../mmu/tlb";
import { probe, translate } from "../mmu/translate";
import { attend } from "./attend";
import { enterFault } from "./enter";
import { arrive, isResuming, stopAt } from "./resume";
import { goesOn } from "./turns";

/**
 * Accesses that the TLB does not settle at once: a walk, an access that lies in two pages, a fault, the first access after a resumption or
 * when something is due. A faulting access enters the kernel and is made again when the kernel leaves to this program.
 */

/** `bytes` is 1, 2, 4 or 8. After `stopAt` the value is not used: the program unwinds. */
export function loadSlowly(address: u64, bytes: u32): u64 {
  const wanted = isResuming() ? arrive().address : address;
  let goes = attend();
  while (goes && !canAccess(wanted, bytes, Access.READ | Access.USER)) {
    enterFault();
    goes = goesOn();
  }
  if (goes) return loadBytes(wanted, bytes);
  stopAt(wanted, 0);
  return 0;
}

export function storeSlowly(address: u64, bytes: u32, value: u64): void {
  if (isResuming()) {
    const context = arrive();
    return storeSlowly(context.address, bytes, context.value);
  }
  let goes = attend();
  while (goes && !canAccess(address, bytes, Access.WRITE | Access.USER)) {
    enterFault();
    goes = goesOn();
  }
  if (goes) storeBytes(address, bytes, value);
  else stopAt(address, value);
}

/**
 * Whether every byte can be accessed. Both halves of an access that lies in two pages are asked before either is touched (neither may
 * be committed without the other); of an access within a page the access itself is the question.
 */
function canAccess(address: u64, bytes: u32, access: u32): bool {
  if (!isInTwoPages(address, bytes)) return translate(address, access) != 0;
  return probe(address, access) && probe((address + bytes - 1) & ~PAGE_MASK, access);
}

function isInTwoPages(address: u64, bytes: u32): bool {
  return (address & PAGE_MASK) + bytes > PAGE_MASK + 1;
}

function loadBytes(address: u64, bytes: u32): u64 {
  let value: u64 = 0;
  beforeUserLoad(translate(address, Access.READ | Access.USER));
  for (let index: u32 = 0; index < bytes; index++) {
    tick();
    const at = translate(address + index, Access.READ | Access.USER);
    value |= (<u64>load<u8>(at)) << (index << 3);
  }
  return value;
}

function storeBytes(address: u64, bytes: u32, value: u64): void {
  for (let index: u32 = 0; index < bytes; index++) {
    tick();
    const at = translate(address + index, Access.WRITE | Access.USER);
    store<u8>(at, <u8>(value >> (index << 3)));
    if (index == bytes - 1) afterStore(at);
  }
}
