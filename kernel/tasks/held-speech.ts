import { MODULE_NAME_BYTES } from "../bootinfo/layout";
import { Task } from "./task";

/**
 * What a task has said and nobody has seen yet (`speech.ts`), and who it was, since it may have ended meanwhile:
 *
 *     byte  0     4       8   12          16    64
 *           task  length  id  nameLength  name  text
 */
@unmanaged
@final
export class Held {
  /** Null: it has ended, or this place is free. */
  task: Task | null;
  /** Of the text; 0: this place is free. */
  length: u32;
  id: u32;
  nameLength: u32;

  get name(): usize {
    return changetype<usize>(this) + NAME_AT;
  }

  get text(): usize {
    return changetype<usize>(this) + TEXT_AT;
  }

  /** Keeps the text behind what is held already. False: there is no room. */
  add(text: usize, length: u32): bool {
    if (this.length + length > TEXT_BYTES) return false;
    memory.copy(this.text + this.length, text, length);
    this.length += length;
    return true;
  }
}
const NAME_AT: usize = 16;
const TEXT_AT: usize = 64;
if (offsetof<Held>() != 16 || <usize>16 + MODULE_NAME_BYTES != 64) ERROR("name and text follow the fields");

const PLACE_BYTES: usize = 512;
const TEXT_BYTES: u32 = 448;
/** As many tasks can be held; others take the line. */
const COUNT: u32 = 16;
const places = memory.data(8192, 16);
if (PLACE_BYTES * COUNT != 8192 || TEXT_AT + TEXT_BYTES != PLACE_BYTES) ERROR("the places fill what is there for them");

/** The place that was released last. */
let turn: u32 = 0;

function placeAt(index: u32): Held {
  return changetype<Held>(places + index * PLACE_BYTES);
}

/** What is held of `task`; null: nothing. */
export function heldOf(task: Task): Held | null {
  for (let i: u32 = 0; i < COUNT; i++) {
    const held = placeAt(i);
    if (held.length != 0 && held.task == task) return held;
  }
  return null;
}

/** A free place, for `task`; null when there is none. */
export function placeFor(task: Task): Held | null {
  for (let i: u32 = 0; i < COUNT; i++) {
    const held = placeAt(i);
    if (held.length != 0) continue;
    held.task = task;
    held.id = task.id;
    held.nameLength = task.nameLength;
    memory.copy(held.name, task.name, task.nameLength);
    return held;
  }
  return null;
}

/** What is held and is to be shown next, in turns, so that nobody is held for long; null: nothing is held. */
export function nextHeld(): Held | null {
  for (let i: u32 = 0; i < COUNT; i++) {
    turn = (turn + 1) % COUNT;
    if (placeAt(turn).length != 0) return placeAt(turn);
  }
  return null;
}
