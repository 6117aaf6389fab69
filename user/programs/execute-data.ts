/** Executing data: the heap is readable and writable, never executable (NX), so code stored there does not run. */
import { execute, heapStart, printLine, store8 } from "nitros";

/** The x86-64 instruction RET: code that would return at once. */
const RET: u8 = 0xc3;

export function main(): i32 {
  store8(heapStart(), RET);
  printLine("I stored an instruction in my heap. Calling it.");
  execute(heapStart());
  printLine("It ran: this CPU has no NX, or it is off.");
  return 1;
}
