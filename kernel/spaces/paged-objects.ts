import { KernelObject, retainObject } from "../objects/object";
import { MemoryObject } from "./memory-object";

/** The objects with a pager, in a ring: when memory is short, a hand goes round (`tasks/page-clock.ts`). */

/** Where the hand is. */
let hand: MemoryObject | null = null;

/** Where reclaim begins; null: there are none. */
export function pagedAtHand(): MemoryObject | null {
  return hand;
}

export function moveHand(to: MemoryObject): void {
  hand = to;
}

/** From now on its pages come from the server that receives at `port`, which calls it `key`. It has none yet. */
export function setPager(memory: MemoryObject, port: KernelObject, key: u64): void {
  memory.pager = port;
  memory.key = key;
  retainObject(port);
  joinPaged(memory);
}

/** Before the hand: it comes there last. */
function joinPaged(memory: MemoryObject): void {
  link(memory, memory);
  if (hand == null) hand = memory;
  const next = changetype<MemoryObject>(hand);
  link(changetype<MemoryObject>(next.previousPaged), memory);
  link(memory, next);
}

function link(previous: MemoryObject, next: MemoryObject): void {
  previous.nextPaged = next;
  next.previousPaged = previous;
}

/** Nobody holds it any more. */
export function leavePaged(memory: MemoryObject): void {
  const next = changetype<MemoryObject>(memory.nextPaged);
  link(changetype<MemoryObject>(memory.previousPaged), next);
  if (hand == memory) hand = next == memory ? null : next;
}
