import { cpuPrepare, physCompareExchange64, physCopy, physExchange64, physLoad64, waitMicroseconds } from "platform";
import { PhysAddr, VirtAddr } from "../address/addr";
import { stopOthersInPanic } from "../console/panic";
import { allocateFrameBelow } from "../frames/allocator";
import { FrameOwner } from "../frames/owners";
import { trampolineAddress } from "../memory-map/memory-map";
import { cpuCount, cpuState, CpuState } from "../numa/topology";
import { kernelRoot } from "../paging/kernel-space";
import { ENTRIES_PER_TABLE, entryAddress, entrySlot, ROOT_LEVEL } from "../paging/pte";
import { freeTable, mapPage, PagingError } from "../paging/tables";
import { Command, hasApic, sendCommand } from "./apic";
import { shareFramesOfCpus } from "./frames-of-others";
import { lockKernel } from "./kernel-lock";
import { makeLines, startAddress } from "./lines";
import { addOnline } from "./online";
import { kernelStackTop, makeStacks } from "./stacks";
import { StartState } from "./start-state";
import { stopOthers } from "./stop";

/** Starting the other processors, one after another: SDM 3A 9.4.4.1. */

/** In real mode a processor reaches tables below 4 GiB only: CR3 has 32 bits there. */
const CR3_LIMIT: u64 = 1 << 32;
const INIT_MICROSECONDS: u32 = 10_000;
const START_UP_MICROSECONDS: u32 = 200;
/** How long a processor may take, and how often it is looked after. */
const PATIENCE_MICROSECONDS: u32 = 1_000_000;
const LOOK_MICROSECONDS: u32 = 100;

/** How many processors are to run: all that are listed, or `limit` if that is fewer and not 0. */
export function wantedCpus(limit: u32): u32 {
  if (!hasApic() || trampolineAddress() == 0) return 1;
  return limit == 0 ? cpuCount() : min<u32>(limit, cpuCount());
}

/** Starts the processors 1 to `wanted` - 1. One that does not come is left out. Takes the kernel's lock. Returns a PagingError. */
export function startCpus(wanted: u32): u32 {
  const root = makeLowRoot(trampolineAddress());
  if (root == 0 || !makeLines()) return PagingError.NO_FRAME;
  stopOthersInPanic(stopOthers);
  lockKernel();
  shareFramesOfCpus();
  let areAllUp = true;
  for (let cpu: u32 = 1; cpu < wanted; cpu++) {
    if ((cpuState(cpu) & CpuState.ENABLED) == 0) continue;
    const error = makeStacks(cpu);
    if (error != PagingError.NONE) return error;
    if (startCpu(cpu, root)) addOnline(cpu);
    else areAllUp = false;
  }
  // One that comes late must find the way to where it stops.
  if (areAllUp) dropLowRoot(root, trampolineAddress());
  return PagingError.NONE;
}

function startCpu(cpu: u32, root: PhysAddr): bool {
  const page = trampolineAddress();
  cpuPrepare(cpu, page, root, kernelStackTop(cpu));
  physExchange64(startAddress(cpu), StartState.ASKED);
  sendCommand(cpu, Command.INIT);
  waitMicroseconds(INIT_MICROSECONDS);
  sendStartUp(cpu, page);
  if (!hasStarted(cpu)) sendStartUp(cpu, page);
  return comesUp(cpu);
}

function sendStartUp(cpu: u32, page: u64): void {
  sendCommand(cpu, Command.START_UP | (<u32>(page >> 12)));
  waitMicroseconds(START_UP_MICROSECONDS);
}

function hasStarted(cpu: u32): bool {
  return physLoad64(startAddress(cpu)) != StartState.ASKED;
}

function comesUp(cpu: u32): bool {
  for (let waited: u32 = 0; !hasStarted(cpu) && waited < PATIENCE_MICROSECONDS; waited += LOOK_MICROSECONDS)
    waitMicroseconds(LOOK_MICROSECONDS);
  if (physCompareExchange64(startAddress(cpu), StartState.ASKED, StartState.NONE) == StartState.ASKED) return false;
  while (physLoad64(startAddress(cpu)) != StartState.UP) waitMicroseconds(LOOK_MICROSECONDS);
  return true;
}

/** Tables with the kernel's half, and `page` at its own address: there a processor turns paging on. 0 when no frame is left. */
function makeLowRoot(page: u64): PhysAddr {
  const frame = allocateFrameBelow(CR3_LIMIT, FrameOwner.PAGE_TABLE);
  if (frame.isNone) return <PhysAddr>0;
  const half = <u64>(ENTRIES_PER_TABLE / 2) * 8;
  physCopy(frame.address + half, kernelRoot() + half, half);
  const isMapped = mapPage(frame.address, <VirtAddr>page, <PhysAddr>page, 1, 0) == PagingError.NONE;
  return isMapped ? frame.address : <PhysAddr>0;
}

/** The root, and the tables on the way to `page`. */
function dropLowRoot(root: PhysAddr, page: u64): void {
  let table = root;
  for (let level = ROOT_LEVEL; level > 1; level--) {
    const below = entryAddress(physLoad64(entrySlot(table, <VirtAddr>page, level)));
    freeTable(table);
    table = below;
  }
  freeTable(table);
}
