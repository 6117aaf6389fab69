import { cpuIndex, halt, physCompareExchange64, physExchange64, writeCr3 } from "platform";
import { enableModeProtections, enableTableProtections } from "../paging/features";
import { kernelRoot } from "../paging/kernel-space";
import { setMemoryTypes } from "../paging/memory-types";
import { openApic } from "./apic";
import { startAddress } from "./lines";
import { installStacks } from "./stacks";
import { StartState } from "./start-state";

/**
 * What a processor does first, on its own kernel stack. It has no lock, and touches nothing that is not its own; the first CPU waits for it.
 * Then it leaves to no task: the first one that there is for it wakes it.
 */
export function joinCpus(): void {
  const state = startAddress(cpuIndex());
  while (physCompareExchange64(state, StartState.ASKED, StartState.COMING) != StartState.ASKED) halt();
  enableTableProtections();
  setMemoryTypes();
  writeCr3(kernelRoot());
  installStacks();
  enableModeProtections();
  openApic();
  physExchange64(state, StartState.UP);
}
