import { countManyHere } from "../cpu/counts";
import { registerReclaimer } from "../frames/reclaimers";
import { MemoryObject, nextTable } from "../spaces/memory-object";
import { isMapping } from "../spaces/object-mappings";
import { moveHand, pagedAtHand } from "../spaces/paged-objects";
import { dropPages, keepPages, keepSupplied, keepTaken, STRETCH_BYTES, unmapUnused } from "../spaces/reclaim-pages";
import { isFlushing } from "../tlb/gather";
import { CpuEvent } from "../trace/counters";
import { ownTasks } from "./cpu-tasks";
import { firstTask, Task } from "./task";

/**
 * The clock of pages that servers can supply again (`spaces/reclaim-pages.ts`): one hand goes from object to object, and each object has one for its pages.
 * Under the kernel's lock.
 *
 * Who allocates may be about to read such a page, by its address in memory, or be copying the tables that map it for a space that is not among the
 * tasks' yet: objects that the running task maps are spared, unless it has nothing in hand.
 */

/** After tables: these cost a server's time, too. */
const PRIORITY: u32 = 30;
const ROUNDS: u32 = 2;

export function reclaimFromServers(): void {
  registerReclaimer(reclaimFromOthers, PRIORITY);
}

/** A Reclaimer: of whatever node. */
function reclaimFromOthers(_node: u32, wanted: u32): u32 {
  return isFlushing() ? 0 : reclaimPages(wanted, ownTasks().running);
}

/** Frees `wanted` pages or some more, if there are as many that nobody uses; returns how many. `spared` is not null when somebody allocates. */
export function reclaimPages(wanted: u32, spared: Task | null): u32 {
  const start = pagedAtHand();
  if (start == null) return 0;
  let freed: u32 = 0;
  let memory = start;
  for (let rounds: u32 = 0; rounds < ROUNDS && freed < wanted;) {
    if (!isSpared(memory, spared)) freed += goRound(memory, wanted - freed);
    memory = changetype<MemoryObject>(memory.nextPaged);
    if (memory == start) rounds += 1;
  }
  moveHand(memory);
  countManyHere(CpuEvent.PAGES_RECLAIMED, freed);
  return freed;
}

/** The same of one object, whatever it is that is short, by a task that has nothing in hand. */
export function reclaimPagesOf(memory: MemoryObject, wanted: u32): u32 {
  let freed: u32 = 0;
  for (let rounds: u32 = 0; rounds < ROUNDS && freed == 0; rounds++) freed = goRound(memory, wanted);
  countManyHere(CpuEvent.PAGES_RECLAIMED, freed);
  return freed;
}

function isSpared(memory: MemoryObject, task: Task | null): bool {
  return task != null && task.hasSpace && isMapping(task.space, memory);
}

/** Once round the object, or until there is enough. */
function goRound(memory: MemoryObject, wanted: u32): u32 {
  const start = memory.hand;
  const freed = sweep(memory, start, memory.bytes, wanted);
  return freed < wanted ? freed + sweep(memory, 0, start, wanted - freed) : freed;
}

function sweep(memory: MemoryObject, first: u64, end: u64, wanted: u32): u32 {
  let freed: u32 = 0;
  for (let stretch = nextTable(memory, first); stretch < end && freed < wanted;) {
    freed += reclaimStretch(memory, stretch);
    memory.hand = stretch + STRETCH_BYTES;
    stretch = nextTable(memory, memory.hand);
  }
  return freed;
}

function reclaimStretch(memory: MemoryObject, stretch: u64): u32 {
  keepAwaited(memory, stretch);
  keepTaken(memory, stretch);
  keepSupplied(memory, stretch);
  const head = firstTask();
  let task = head;
  while (task != null) {
    if (task.hasSpace) unmapUnused(task.space, memory, stretch);
    task = task.next == head ? null : task.next;
  }
  return dropPages(memory, stretch);
}

/** What tasks have asked for, and could not access yet. */
function keepAwaited(memory: MemoryObject, stretch: u64): void {
  let task = changetype<Task | null>(memory.waiting);
  while (task != null) {
    keepPages(memory, stretch, task.first, task.bytes);
    task = task.nextWaiting;
  }
}
