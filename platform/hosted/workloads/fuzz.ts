import { panic } from "../../../kernel/console/panic";
import {
  allocateBlock,
  allocateBlockBelow,
  allocateFrame,
  allocateFrameUnzeroed,
  drainCache,
  FrameError,
  frameErrorFound,
  frameErrorText,
  frameHolders,
  frameOwner,
  freeBlock,
  freeFrames,
  releaseFrame,
  shareFrame,
  validate,
} from "../../../kernel/frames/allocator";
import { Frame } from "../../../kernel/frames/frame";
import { isAllocatable } from "../../../kernel/frames/owners";
import { becomeCpu } from "../host";
import { fill, holdsOnly } from "./contents";
import {
  addModelSharers,
  modelFree,
  modelFreeFrames,
  modelHasBlock,
  modelOwner,
  modelRefusal,
  modelSharers,
  modelTake,
  resetModel,
} from "./fuzz-model";
import { declarePieces, describePieces, frameAt, PLACES } from "./pieces";

/**
 * One run of the fuzzer: its bytes are steps of three, on a new machine in pieces with four CPUs that take turns, against the model.
 *
 *     byte 0   bits 3:0 what to do, bits 5:4 which CPU, bits 7:6 for which owner
 *     byte 1   order, or the low half of a number
 *     byte 2   the high half of it
 */
const CPUS: u32 = 4;
const STEP_BYTES: u32 = 3;
const MAX_SHARERS: u32 = 200;
const NO_LIMIT: u64 = 0x1_0000_0000;
const DIRT: u64 = 0xd1d1_d1d1_d1d1_d1d1;
const input = memory.data(4096);

let isDeclared: bool = false;

/** Where `fuzz` finds its bytes. `length` is at most 4096: libFuzzer is told so. */
export function fuzzRoom(length: u64): usize {
  assert(length <= 4096, "the input is longer than its room");
  return input;
}

export function fuzz(cpu: u32, length: u64): u64 {
  if (!isDeclared) declarePieces();
  isDeclared = true;
  describePieces();
  resetModel();
  for (let at: u32 = 0; at + STEP_BYTES <= <u32>length; at += STEP_BYTES) {
    const what = load<u8>(input + at);
    becomeCpu((what >> 4) & (CPUS - 1));
    step(what & 15, 17 + (what >> 6), load<u8>(input + at, 1), load<u16>(input + at, 1));
  }
  finish();
  return 0;
}

function step(what: u32, owner: u32, order: u32, number: u32): void {
  const frame = frameAt(number % PLACES);
  if (what < 4) take(0, NO_LIMIT, owner);
  else if (what == 4) take(order % 10, NO_LIMIT, owner);
  else if (what == 5) take(order % 20, frame, owner);
  else if (what == 6) takeUnzeroed(owner);
  else if (what < 9) tryFree(frame, 0);
  else if (what == 9) tryFree(frame & ~(((<u32>1) << (order % 10)) - 1), order % 10);
  else if (what == 10) tryFree(frame, order % 21);
  else if (what == 11) share(frame);
  else if (what < 14) release(frame);
  else if (what == 14) drainCache(order % CPUS);
  else check();
}

function take(order: u32, limit: u64, owner: u32): void {
  let frame = ask(order, limit, owner);
  if (frame.isNone) {
    // Other CPUs may keep what would do; once they have put it back, "none" means that there is none.
    for (let cpu: u32 = 0; cpu < CPUS; cpu++) drainCache(cpu);
    frame = ask(order, limit, owner);
  }
  if (frame.isNone) assert(!modelHasBlock(order, limit), "there is such a block");
  else taken(frame.number, order, limit, owner);
}

function ask(order: u32, limit: u64, owner: u32): Frame {
  if (limit != NO_LIMIT) return allocateBlockBelow(order, limit << 12, owner);
  return order == 0 ? allocateFrame(owner) : allocateBlock(order, owner);
}

function taken(first: u32, order: u32, limit: u64, owner: u32): void {
  const last = first + ((<u32>1) << order) - 1;
  assert(last < limit, "a block ends above its limit");
  modelTake(first, order, owner);
  assert(holdsOnly(0, first, 0) && holdsOnly(0, last, 0), "a block was handed out dirty");
  fill(0, first, DIRT);
  fill(0, last, DIRT);
}

function takeUnzeroed(owner: u32): void {
  const frame = allocateFrameUnzeroed(owner);
  if (frame.isNone) return;
  modelTake(frame.number, 0, owner);
  fill(0, frame.number, DIRT);
}

/** Of any frames at all: what is said must be what the model says. */
function tryFree(first: u32, order: u32): void {
  const expected = modelRefusal(first, order);
  assert(freeBlock(Frame.of(first), order) == expected, "freeing is not answered as the model answers");
  if (expected == FrameError.NONE) modelFree(first, order);
}

function share(frame: u32): void {
  const isHeld = isAllocatable(modelOwner(frame));
  if (isHeld && modelSharers(frame) == MAX_SHARERS) return;
  assert((shareFrame(Frame.of(frame)) == FrameError.NONE) == isHeld, "sharing is not answered as the model answers");
  if (isHeld) addModelSharers(frame, 1);
}

function release(frame: u32): void {
  const isHeld = isAllocatable(modelOwner(frame));
  assert(
    (releaseFrame(Frame.of(frame)) == FrameError.NONE) == isHeld,
    "releasing is not answered as the model answers",
  );
  if (!isHeld) return;
  if (modelSharers(frame) != 0) addModelSharers(frame, -1);
  else modelFree(frame, 0);
}

function check(): void {
  const error = validate();
  if (error != FrameError.NONE) panic(frameErrorText(error), frameErrorFound());
  if (freeFrames() != modelFreeFrames()) panic("the number of free frames is not the model's", freeFrames());
}

/** Every frame is whose the model says; then all goes back. */
function finish(): void {
  check();
  for (let place: u32 = 0; place < PLACES; place++) {
    const frame = frameAt(place);
    assert(frameOwner(Frame.of(frame)) == modelOwner(frame), "a frame's owner is not the model's");
    if (!isAllocatable(modelOwner(frame))) continue;
    assert(frameHolders(Frame.of(frame)) == modelSharers(frame) + 1, "a frame's holders are not the model's");
    for (let holders = modelSharers(frame) + 1; holders > 0; holders--) release(frame);
  }
  for (let cpu: u32 = 0; cpu < CPUS; cpu++) drainCache(cpu);
  check();
}
