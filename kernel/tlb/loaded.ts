import { cpuIndex } from "platform";
import { askToLeave, leaveForKernel } from "../cpu/requests";
import { MAX_CPUS } from "../frames/cpu-cache";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { idleInRoot, isAsLeft, leaveRoot, loadRoot } from "./contexts";
import { Translations } from "./translations";

/**
 * The space whose root a CPU has loaded:
 *
 *     none ◀──(3)── runs it ──(2)──▶ idle in it ──(3,4)──▶ none
 *      └─────(1)─────▶ ▲ ◀──────(1)───────┘
 *
 *     1 has a task of it to run   2 has nothing to run   3 leaves it: ends its task, or was woken for nothing   4 is asked to by another CPU
 *
 * A CPU that is idle keeps the root: when its next task is of that space it has nothing to load, and nothing to forget unless something was
 * flushed. It makes no access of the space's meanwhile, and so is not told of pages that go: what a processor reads ahead by an old
 * translation nobody sees. But it may walk the tables at any time, and write A there (SDM 3A 4.10.2.3, 4.10.3.1). So before a table goes, or
 * the space, it must be in the space no more; a word of it is enough for the rest of its sleep.
 *
 * All under the kernel's lock, `loadedOn` and `idleOn` too: a CPU that is asked answers without it, but looks at these only when it has it.
 */
const loaded = memory.data(512, 8);
/** By CPU: the space that it runs, and behind it the one that it is idle in. One of the two is null. */
const IDLE: usize = 4;
if (64 * 8 != 512 || MAX_CPUS != 64) ERROR("loaded has two places for each of MAX_CPUS");

function placeOf(cpu: u32): usize {
  return loaded + ((<usize>cpu) << 3);
}

function here(): u64 {
  return bitOf(cpuIndex());
}

function bitOf(cpu: u32): u64 {
  return (<u64>1) << (<u64>cpu);
}

/** Loads the space on this CPU, if it is not loaded already. */
export function enterSpace(space: Translations): void {
  const cpu = cpuIndex();
  const place = placeOf(cpu);
  const old = load<usize>(place);
  if (old == changetype<usize>(space)) return;
  let isSound: bool = false;
  if (old != 0) forgetLoaded(cpu, changetype<Translations>(old));
  else isSound = endIdleness() == changetype<usize>(space) && isAsLeft(space);
  store<usize>(place, changetype<usize>(space));
  space.loadedOn |= bitOf(cpu);
  if (!isSound) loadRoot(space);
}

/** This CPU has nothing to run. */
export function idleInSpace(): void {
  const place = placeOf(cpuIndex());
  const space = changetype<Translations>(load<usize>(place));
  if (changetype<usize>(space) == 0) return;
  idleInRoot(space);
  space.loadedOn &= ~here();
  space.idleOn |= here();
  store<usize>(place, 0);
  store<usize>(place, changetype<usize>(space), IDLE);
}

/** Leaves whatever space is loaded for the kernel's own, which has no lower half. */
export function leaveSpaces(): void {
  const cpu = cpuIndex();
  const old = load<usize>(placeOf(cpu));
  if (old != 0) forgetLoaded(cpu, changetype<Translations>(old));
  if (endIdleness() != 0 || old != 0) leaveForKernel();
}

function forgetLoaded(cpu: u32, old: Translations): void {
  leaveRoot(old);
  old.loadedOn &= ~bitOf(cpu);
  store<usize>(placeOf(cpu), 0);
}

/** This CPU is idle in no space any more. The one that it was idle in, or 0. */
function endIdleness(): usize {
  const place = placeOf(cpuIndex());
  const idle = load<usize>(place, IDLE);
  if (idle == 0) return 0;
  changetype<Translations>(idle).idleOn &= ~here();
  store<usize>(place, 0, IDLE);
  return idle;
}

/** No CPU is idle in the space when this returns: what its entries lead to may be freed once those that run it have forgotten. */
export function leaveIdly(space: Translations): void {
  if ((space.idleOn & here()) != 0) leaveSpaces();
  const others = space.idleOn;
  if (others == 0) return;
  askToLeave(others);
  for (let rest = others; rest != 0; rest &= rest - 1) store<usize>(placeOf(<u32>ctz<u64>(rest)), 0, IDLE);
  space.idleOn = 0;
  trace(RecordKind.SHOOTDOWN, others, 0, 1);
}
