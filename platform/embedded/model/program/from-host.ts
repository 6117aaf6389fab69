import { Access } from "../mmu/access";
import { PAGE_MASK } from "../mmu/tlb";
import { probe, translate } from "../mmu/translate";
import { currentContext, isSameProgramNext } from "./context";
import { enterFault, enterTrap } from "./enter";

/** What the host does in the name of the program that runs. */

const PAGE_BYTES: u64 = PAGE_MASK + 1;
/** A push below the stack. */
const PUSH_BYTES: u64 = 8;
/** A stack region larger than this is not looked through. */
const MAX_STACK_PAGES: u32 = 65536;

/**
 * Fetches from the program's text: where the byte at `address` lies in linear memory, to the end of its page. 0 if the fetch faulted
 * and the kernel left to another program, or to none.
 */
export function programFetch(address: u64): usize {
  while (true) {
    const at = translate(address, Access.FETCH | Access.USER);
    if (at != 0) return at;
    enterFault();
    if (!isSameProgramNext()) return 0;
  }
}

/** An exception of the program itself. Returns 1 if the kernel left to another program, 0 if it wants this one to go on. */
export function programTrap(vector: u32): u32 {
  enterTrap(vector, 0, 0);
  return isSameProgramNext() ? 0 : 1;
}

/**
 * The program has run out of call stack, which is the host's. It is told to the kernel as metal would: by pushes that go down from
 * the stack's top, page by page, until one faults. Pages that the kernel then maps are passed; the guard is where it does not.
 * Returns as `programTrap`.
 */
export function programStackOverflow(): u32 {
  let address = currentContext().stackTop - PUSH_BYTES;
  for (let page: u32 = 0; page < MAX_STACK_PAGES; page++) {
    if (!probe(address, Access.WRITE | Access.USER)) {
      enterFault();
      if (!isSameProgramNext()) return 1;
    }
    address -= PAGE_BYTES;
  }
  return 0;
}
