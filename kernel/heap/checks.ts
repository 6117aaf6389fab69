import { panic } from "../console/panic";
import { newLine, print, printDecimal, printHex, printHexShort, startLine } from "../console/text";
import { RED_BYTES } from "./debug";
import { HeapError, heapErrorText } from "./errors";
import { Kind, kindAt, kindName, objectAt } from "./kinds";
import { Slab, slabOf } from "./slab";

/**
 * Debug builds. Between the objects of a slab there is red:
 *
 *     │ red, 64 │ object │ red, 64 │ red, 64 │ object │ red, 64 │ …
 *
 * An object that was never handed out is FRESH all through, one that was freed is FREED; what is handed out is zero, as always. What is
 * painted is looked at when the object is handed out or freed, when its slab goes back, and by `validateHeap`. The first byte that is not
 * as it was left is damage, and the end of the machine.
 */
namespace Paint {
  export const RED: u32 = 0xb5;
  export const FRESH: u32 = 0xa7;
  export const FREED: u32 = 0xdf;
}
const CLEAN: usize = 0;

function paint(from: usize, bytes: usize, byte: u32): void {
  for (let at = from; at < from + bytes; at++) store<u8>(at, <u8>byte);
}

/** Address of the first byte that is not `byte`; CLEAN when all are. */
function findOther(from: usize, bytes: usize, byte: u32): usize {
  for (let at = from; at < from + bytes; at++) if (load<u8>(at) != byte) return at;
  return CLEAN;
}

/** A slab that has just been made. */
export function paintSlab(slab: Slab, kind: Kind): void {
  for (let i: u32 = 0; i < kind.capacity; i++) {
    const object = objectAt(slab, kind, i);
    paint(object - RED_BYTES, kind.stride, Paint.RED);
    paint(object, kind.bytes, Paint.FRESH);
  }
}

/** An object that is about to be handed out: nobody has written to it. It is zero then. */
export function checkHandedOut(object: usize): void {
  const kind = kindAt(slabOf(object).kind);
  expectClean(kind, object, HeapError.USED_AFTER_FREE, poisonDamage(kind, object));
  paint(object, kind.bytes, 0);
}

/** An object that is being freed: nobody has written beside it. */
export function checkFreed(kind: Kind, object: usize): void {
  expectClean(kind, object, HeapError.OVERRUN, redDamage(kind, object));
  paint(object, kind.bytes, Paint.FREED);
}

/** A slab that holds all its objects, and is about to go. */
export function checkReleased(slab: Slab): void {
  const kind = kindAt(slab.kind);
  for (let i: u32 = 0; i < kind.capacity; i++) {
    const object = objectAt(slab, kind, i);
    expectClean(kind, object, HeapError.OVERRUN, redDamage(kind, object));
    expectClean(kind, object, HeapError.USED_AFTER_FREE, poisonDamage(kind, object));
  }
}

/** Where a free object was written to; CLEAN when nowhere. */
export function poisonDamage(kind: Kind, object: usize): usize {
  const isFresh = load<u8>(object + kind.bytes - 1) == Paint.FRESH;
  return findOther(object, kind.bytes, isFresh ? Paint.FRESH : Paint.FREED);
}

/** Where the red before or after an object was written to; CLEAN when nowhere. */
export function redDamage(kind: Kind, object: usize): usize {
  const before = findOther(object - RED_BYTES, RED_BYTES, Paint.RED);
  return before != CLEAN ? before : findOther(object + kind.bytes, RED_BYTES, Paint.RED);
}

function expectClean(kind: Kind, object: usize, error: u32, damage: usize): void {
  if (damage == CLEAN) return;
  startLine();
  print("a ");
  print(kindName(kind.id));
  print(" of ");
  printDecimal(kind.bytes);
  print(" bytes, at ");
  printHex(object, 8);
  print(damage < object ? ": byte -" : ": byte ");
  printDecimal(damage < object ? object - damage : damage - object);
  print(" is ");
  printHexShort(load<u8>(damage));
  newLine();
  panic(heapErrorText(error), load<u8>(damage));
}
