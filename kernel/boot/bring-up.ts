import { clock, consoleOpen, cpuIndex, cpuInstallEarly, OBJECT_PAGES, setDirectMap } from "platform";
import { panic } from "../console/panic";
import { useColours } from "../console/style";
import { reclaimLoaderMemory } from "../frames/bring-up";
import { setColours } from "../frames/colours";
import { FrameError } from "../frames/errors";
import { reportFrames } from "../frames/report";
import { countFrames, failAllocation } from "../frames/watched";
import { detectFeatures, enableModeProtections, enableTableProtections } from "../paging/features";
import { startHeap } from "../heap/heap";
import { leaveLowerHalf } from "../paging/handover";
import { setMemoryTypes } from "../paging/memory-types";
import { buildKernelSpace, loadKernelSpace, lockSealedSegments, sealedBase } from "../paging/kernel-space";
import { attachObjectPage, detachObjectPage, openObjectWindow } from "../paging/object-pages";
import { openModuleZone } from "../paging/module-zone";
import { PagingError, pagingErrorText } from "../paging/tables";
import { findMisplaced } from "../paging/zone-checks";
import { placeAtFixedBases } from "../random/aslr";
import { seedFromEntropy, seedRandom } from "../random/random";
import { makeZeroPage } from "../spaces/zero-page";
import { reclaimFromTasks } from "../tasks/clock";
import { resumeNextOrEnd, rememberFrames } from "../tasks/ending";
import { reportCountersIfWanted } from "../tasks/counters";
import { openQuota } from "../quotas/quota";
import { loadProgram } from "../tasks/loading";
import { areThereModules, isOnDemand } from "../tasks/modules";
import { setPatience } from "../tasks/patience";
import { setTurn } from "../tasks/turns";
import { cacheColours } from "../cpu/caches";
import { findApic, hasApic, openApic } from "../cpu/apic";
import { installStacks, makeStacks } from "../cpu/stacks";
import { startCpus, wantedCpus } from "../cpu/start";
import { measureClock } from "../time/clock-rate";
import { openHpet } from "../time/hpet";
import { HpetState } from "../time/hpet-state";
import { readHpetTable } from "../time/hpet-table";
import { CounterMoment } from "../trace/counters";
import { RecordKind } from "../trace/records";
import { drainTrace, trace, traceEverything, traceTask } from "../trace/trace";
import {
  bootinfoErrorText,
  bootinfoFound,
  checkBootinfo,
  cpuLimit,
  crashKind,
  deniedAllocation,
  directMapBase,
  flags,
  hpet,
  moduleCount,
  seed,
  patienceMilliseconds,
  turnMilliseconds,
} from "../bootinfo/bootinfo";
import { BootFlag } from "../bootinfo/layout";
import { crashEarlyOnPurpose, crashOnPurpose } from "./crash";
import * as log from "./log";
import { mapErrorText, mapFound, readMemoryMap } from "../memory-map/memory-map";
import { readTopology } from "../numa/topology";
import { framesInitialise } from "./frames";
import { Phase } from "./phases";
import { keepTextForScreen, openScreen } from "./screen";

/** The boot sequence, in the specification's order. Any step that fails ends the machine with what was found. */

/** First entry, on the boot stack: everything up to a kernel that stands by itself. `bootinfo` is physical. */
export function boot(bootinfo: u64): void {
  consoleOpen();
  takeBootinfo(bootinfo);
  leaveFirmware();
  takeMemoryMap();
  takeFrames();
  takePageTables();
  protect();
  startOthers();
  seal();
}

/** Second entry, on the CPU's own guarded stack: the programs. */
export function startPrograms(): void {
  crashOnPurpose(crashKind());
  if (areThereModules()) openModuleZone();
  rememberFrames();
  reclaimFromTasks();
  loadPrograms();
  ended(Phase.TASKS);
  if ((flags() & BootFlag.FRAMES) != 0) reportFrames();
  reportCountersIfWanted(CounterMoment.LOADED);
  log.phaseTasks();
  drainTrace();
  resumeNextOrEnd();
}

function ended(phase: u32): void {
  trace(RecordKind.PHASE, phase, 0, clock());
}

function takeBootinfo(bootinfo: u64): void {
  // Until the direct map is known, physical addresses are reached through the firmware's one-to-one map.
  setDirectMap(0);
  const error = checkBootinfo(bootinfo);
  if (error != 0) panic(bootinfoErrorText(error), bootinfoFound());
  setDirectMap(directMapBase());
  if ((flags() & BootFlag.COLOUR) != 0) useColours();
  if ((flags() & BootFlag.TRACE) != 0) traceEverything();
  if ((flags() & BootFlag.NO_ASLR) != 0) placeAtFixedBases();
  if ((flags() & BootFlag.SEEDED) != 0) seedRandom(seed());
  else seedFromEntropy();
  keepTextForScreen();
  ended(Phase.BOOTINFO);
  log.phaseBootinfo();
}

/**
 * Nothing of the firmware's is used from here on: neither its interrupt table nor its half of the page tables, whose memory will be
 * handed out. Since bootinfo has been checked, the sealed segment is known and the direct map reaches all RAM.
 */
function leaveFirmware(): void {
  cpuInstallEarly(sealedBase());
  leaveLowerHalf();
  crashEarlyOnPurpose(crashKind());
}

function takeMemoryMap(): void {
  const error = readMemoryMap();
  if (error != 0) panic(mapErrorText(error), mapFound());
  readTopology();
  readHpetTable(hpet());
  ended(Phase.MEMORY_MAP);
  log.phaseMemoryMap();
}

function takeFrames(): void {
  if ((flags() & BootFlag.FRAMES) != 0) countFrames();
  const error = framesInitialise();
  setColours(cacheColours());
  if (error != FrameError.NONE) log.refusedMemory(error);
  failAllocation(deniedAllocation());
  ended(Phase.FRAMES);
  log.phaseFrames();
}

function takePageTables(): void {
  detectFeatures();
  enableTableProtections();
  setMemoryTypes();
  const error = buildKernelSpace();
  if (error != PagingError.NONE) panic(pagingErrorText(error), error);
  loadKernelSpace();
  if (!makeZeroPage()) panic("no frame left for the page of zeros", 0);
  const reclaimed = reclaimLoaderMemory();
  takeHeap();
  openScreen();
  ended(Phase.KERNEL_SPACE);
  log.phaseKernelSpace(reclaimed);
}

/** From here on the kernel has small objects. */
function takeHeap(): void {
  if (openObjectWindow() != PagingError.NONE) panic("no frame left for the window of kernel objects", 0);
  if (!startHeap(OBJECT_PAGES, attachObjectPage, detachObjectPage)) panic("no frame left for kernel objects", 0);
}

function protect(): void {
  if (makeStacks(cpuIndex()) != PagingError.NONE) panic("no frame left for the kernel's stacks", 0);
  installStacks();
  enableModeProtections();
  if (hasApic()) takeApic();
  ended(Phase.PROTECTIONS);
  log.phaseProtections();
  takeClock();
}

function takeApic(): void {
  if (!findApic()) panic("the local APIC's registers cannot be mapped", 0);
  openApic();
  setTurn(turnMilliseconds());
  setPatience(patienceMilliseconds(), turnMilliseconds());
}

/** Without an HPET nobody knows how fast the clock is, and the kernel does without. */
function takeClock(): void {
  const state = openHpet();
  if (state == HpetState.COUNTS) measureClock();
  log.timer(state);
}

/** Before the seal: a CPU's descriptor tables are in the sealed section. The kernel's lock is this CPU's from here on. */
function startOthers(): void {
  const wanted = wantedCpus(cpuLimit());
  if (wanted < 2) return;
  if (startCpus(wanted) != PagingError.NONE) panic("no frame left to start other processors", 0);
  log.cpus(wanted);
}

function seal(): void {
  lockSealedSegments();
  const misplaced = findMisplaced();
  if (misplaced != 0) panic("a page of the kernel's half is not in its zone", misplaced);
  ended(Phase.SEAL);
  log.phaseSeal();
}

function loadPrograms(): void {
  for (let module: u32 = 0; module < moduleCount(); module++) {
    if (isOnDemand(module)) continue;
    const error = loadProgram(module, openQuota());
    if (error != 0) log.refusedImage(module, error);
  }
  traceTask(0);
}
