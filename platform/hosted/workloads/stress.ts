import { cpuIndex, physExchange64 } from "platform";
import {
  allocateBlock,
  allocateFrame,
  allocateFrameUnzeroed,
  drainCache,
  FrameError,
  frameErrorFound,
  frameErrorText,
  FrameOwner,
  frameTableAddress,
  freeBlock,
  freeFrame,
  freeFrames,
  releaseFrame,
  shareFrame,
  validate,
} from "../../../kernel/frames/allocator";
import { panic } from "../../../kernel/console/panic";
import { Frame } from "../../../kernel/frames/frame";
import { fill, holdsOnly } from "./contents";
import { ARRIVED_AT } from "../../bench/layout";
import { expect, meet } from "../../bench/measured";
import { declarePieces, describePieces } from "./pieces";
import { random64, randomBelow, seedRandom } from "../../bench/random";

/**
 * CPUs that allocate, free, share and pass frames on to one another at random, under sanitizers. What a CPU holds is one word, which is
 * also what every word of the first and last frame holds meanwhile:
 *
 *     63          37 36   32 31        0
 *     │   serial    │ order │  frame   │     0: holds nothing
 */
const SLOTS: u32 = 64;
const MAX_CPUS: u32 = 16;
const held = memory.data(8192, 64);
if (16 * 64 * 8 != 8192) ERROR("held has SLOTS slots for each of MAX_CPUS CPUs");

const MAILBOXES: u64 = 8;

function mailbox(index: u64): u64 {
  return ARRIVED_AT + 64 + (index << 6);
}

function slotAt(slot: u32): usize {
  return held + <usize>(cpuIndex() * SLOTS + slot) * 8;
}

function frameOf(holding: u64): Frame {
  return Frame.of(<u32>holding);
}

function lastOf(holding: u64): u32 {
  return <u32>holding + ((<u32>1) << orderOf(holding)) - 1;
}

function orderOf(holding: u64): u32 {
  return (<u32>(holding >> 32)) & 31;
}

/** A machine in pieces; the start is arranged for `meet`. Returns its free frames. */
export function stressSetUp(cpu: u32, argument: u64): u64 {
  declarePieces();
  describePieces();
  expect();
  return freeFrames();
}

/** `argument`: seed in the lower half, CPUs in bits 39:32, steps above. */
export function stress(cpu: u32, argument: u64): u64 {
  assert(cpu < MAX_CPUS, "stress has room for 16 CPUs");
  seedRandom(cpu, argument & 0xffff_ffff);
  meet((argument >> 32) & 0xff);
  for (let steps = argument >> 40; steps > 0; steps--) step(cpu);
  for (let slot: u32 = 0; slot < SLOTS; slot++) if (load<u64>(slotAt(slot)) != 0) giveUp(cpu, slot);
  return 0;
}

function step(cpu: u32): void {
  const slot = <u32>randomBelow(cpu, SLOTS);
  const chance = randomBelow(cpu, 16);
  if (load<u64>(slotAt(slot)) == 0) acquire(cpu, slot, chance);
  else if (chance < 10) giveUp(cpu, slot);
  else if (chance < 13) pass(cpu, slot);
  else if (chance < 15) share(cpu, slot);
  else tryNonsense(slot);
}

function acquire(cpu: u32, slot: u32, chance: u64): void {
  const order = chance < 12 ? 0 : chance < 15 ? 1 + <u32>randomBelow(cpu, 8) : 9;
  const frame = chance == 0 ? allocateFrameUnzeroed(FrameOwner.USER) : allocate(order);
  if (frame.isNone) return;
  const holding = ((random64(cpu) | 1) << 37) | ((<u64>order) << 32) | frame.number;
  if (chance != 0) checkZero(cpu, holding);
  fill(cpu, frame.number, holding);
  if (order != 0) fill(cpu, lastOf(holding), holding);
  store<u64>(slotAt(slot), holding);
}

function allocate(order: u32): Frame {
  return order == 0 ? allocateFrame(FrameOwner.KERNEL_DATA) : allocateBlock(order, FrameOwner.USER);
}

/** Of large blocks the first and the last frames: the others are zeroed in the same loop. */
function checkZero(cpu: u32, holding: u64): void {
  const first = <u32>holding;
  for (let frame = first; frame <= lastOf(holding); frame++) {
    if (frame - first >= 2 && lastOf(holding) - frame >= 2) continue;
    assert(holdsOnly(cpu, frame, 0), "a frame was handed out dirty");
  }
}

/** Frees or, when others hold it too, releases. A block goes back whole or frame by frame. */
function giveUp(cpu: u32, slot: u32): void {
  const holding = load<u64>(slotAt(slot));
  store<u64>(slotAt(slot), 0);
  dispose(cpu, holding);
}

function dispose(cpu: u32, holding: u64): void {
  const order = orderOf(holding);
  assert(holdsOnly(cpu, <u32>holding, holding), "a held frame has changed");
  assert(holdsOnly(cpu, lastOf(holding), holding), "the last frame of a held block has changed");
  if (order == 0) expectNone(releaseFrame(frameOf(holding)));
  else if (holding >> 62 != 0) expectNone(freeBlock(frameOf(holding), order));
  else for (let frame = <u32>holding; frame <= lastOf(holding); frame++) expectNone(freeFrame(Frame.of(frame)));
}

function expectNone(error: u32): void {
  assert(error == FrameError.NONE, "a frame that is held is not taken back");
}

/** Gives what it holds to whoever looks next, and takes what it finds there. */
function pass(cpu: u32, slot: u32): void {
  store<u64>(slotAt(slot), physExchange64(mailbox(randomBelow(cpu, MAILBOXES)), load<u64>(slotAt(slot))));
}

/** Makes another CPU a second holder of a frame. */
function share(cpu: u32, slot: u32): void {
  const holding = load<u64>(slotAt(slot));
  if (orderOf(holding) != 0) return;
  expectNone(shareFrame(frameOf(holding)));
  const found = physExchange64(mailbox(randomBelow(cpu, MAILBOXES)), holding);
  if (found != 0) dispose(cpu, found);
}

/** What must be refused whatever the others do. */
function tryNonsense(slot: u32): void {
  const table = Frame.of(<u32>(frameTableAddress() >> 12));
  assert(freeFrame(table) == FrameError.RESERVED, "the frame table can be freed");
  assert(freeFrame(Frame.of(0)) == FrameError.OUTSIDE_RAM, "what is no RAM can be freed");
  assert(freeBlock(table, 19) == FrameError.BAD_ORDER, "a block of 2 GiB can be freed");
  assert(shareFrame(table) == FrameError.RESERVED, "the frame table can be shared");
}

/** After all: nothing is lost, nothing is wrong. `argument` is what was free at first. */
export function stressEnd(cpu: u32, argument: u64): u64 {
  for (let index: u64 = 0; index < MAILBOXES; index++) {
    const left = physExchange64(mailbox(index), 0);
    if (left != 0) dispose(cpu, left);
  }
  expectValid();
  if (freeFrames() != argument) panic("frames are lost", freeFrames());
  for (let other: u32 = 0; other < MAX_CPUS; other++) drainCache(other);
  expectValid();
  return freeFrames();
}

function expectValid(): void {
  const error = validate();
  if (error != FrameError.NONE) panic(frameErrorText(error), frameErrorFound());
}
