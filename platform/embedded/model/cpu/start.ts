import { Access } from "../mmu/access";
import { writeModelRegister } from "../mmu/model-registers";
import { writeCr0, writeCr3, writeCr4 } from "../mmu/registers";
import { Cr4, MAX_CPUS, runningCpu } from "../mmu/state";
import { translate } from "../mmu/translate";
import { enterStart } from "../program/enter";
import { ramAt } from "../ram/ram";
import { START_MAGIC, StartAt } from "./start-page";

/**
 * How a processor starts: after INIT it waits; a start-up interrupt with vector v sends it to page v, in real mode (SDM 3A 9.4). The
 * model has no instructions: the page says what its code would load.
 */
let cpuCount: i32 = 1;

namespace State {
  export const RUNS: u8 = 0;
  export const WAITS: u8 = 1;
}
const states = memory.data(64);
if (MAX_CPUS != 64) ERROR("a CPU lacks its state");
const EFER: u32 = 0xc000_0080;

/** Before boot: how many processors the machine has. */
export function cpusDeclare(count: u32): void {
  cpuCount = <i32>count;
}

/** INIT, for the CPU that runs. One that the machine does not have does nothing. */
export function initialise(): void {
  if (runningCpu() < cpuCount) store<u8>(states + runningCpu(), State.WAITS);
}

/** A start-up interrupt that nobody waits for is ignored. */
export function startUp(vector: u32): void {
  if (load<u8>(states + runningCpu()) != State.WAITS) return;
  store<u8>(states + runningCpu(), State.RUNS);
  const page = (<u64>vector) << 12;
  const at = ramAt(page);
  if (load<u64>(at + <usize>StartAt.MAGIC) != START_MAGIC) return;
  turnPagingOn(at);
  // What turns paging on goes on at the same address: if it is not mapped there, the processor is lost.
  if (translate(page, Access.FETCH) == at) enterStart();
}

function turnPagingOn(at: usize): void {
  writeCr4(Cr4.PAE);
  writeCr3(load<u64>(at + <usize>StartAt.CR3));
  writeModelRegister(EFER, load<u64>(at + <usize>StartAt.EFER));
  writeCr0(load<u64>(at + <usize>StartAt.CR0));
}
