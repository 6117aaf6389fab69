import { cpuIndex, physAnd64, physCompareExchange64, physLoad64, physOr64 } from "platform";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { CpuCache, cpuOf } from "./cpu-cache";
import { NodeCount } from "./node-count";
import { tellFreed } from "./node-counts";
import { nodeCountOf } from "./node-words";
import { nodeCount } from "./nodes";
import { PressureState } from "./pressure-state";
import { runReclaimers } from "./reclaimers";
import { drain, refill, refillFromArea } from "./refill";
import { nodeWordAddress, requestsAddress } from "./table";
import { highMark, lowMark, minimumMark } from "./watermarks";

/**
 * What happens when memory is short. Looked at where a CPU takes its next word, allocates a block, or has freed frames into many words:
 * never on the quick ways.
 *
 * When a node becomes SHORT, or CRITICAL, the CPU that sees it first gives back what it has for itself, asks the other CPUs to, and asks
 * reclaimers for what is missing to `high`. An allocation that finds nothing asks reclaimers once more, then says so.
 *
 * CPUs are asked by a bit each in a word of the frame table, and answer when they come here next. Under the kernel's lock the first
 * reclaimer answers for them (`kernel/cpu/frames-of-others.ts`).
 */

/** Word of a node's eight that holds its PressureState in bits 7:0, and above them how often that has changed. */
const STATE: u32 = 7;
const CHANGES_SHIFT: u64 = 8;
const STATE_BITS: u64 = 0xff;

function pressureWord(node: u32): u64 {
  return physLoad64(nodeWordAddress(node, STATE));
}

/** PressureState of a node, as of the last time that somebody looked. */
export function nodePressure(node: u32): u32 {
  return stateOf(pressureWord(node));
}

/** How often a node has become shorter of memory, or less so. */
export function pressureChanges(node: u32): u64 {
  return pressureWord(node) >> CHANGES_SHIFT;
}

function stateOf(word: u64): u32 {
  return <u32>(word & STATE_BITS);
}

/** The table in `pressure-state.ts`. */
function nextState(node: u32, state: u32, free: i64): u32 {
  if (free < <i64>minimumMark(node)) return PressureState.CRITICAL;
  if (free <= <i64>lowMark(node)) return max<u32>(state, PressureState.SHORT);
  if (free <= <i64>highMark(node)) return min<u32>(state, PressureState.SHORT);
  return PressureState.ENOUGH;
}

/** Before an allocation that is not quick: does what others ask, and what shortness asks of this CPU. */
export function feelPressure(cache: CpuCache): void {
  answerRequest(cache);
  tellFreed(cache);
  for (let node: u32 = 0; node < nodeCount(); node++) {
    if (hasWorsened(node)) relieve(cache, node);
  }
}

/** After frees: is it over? Put in where it is called, all of which is slow: who calls much is not put in elsewhere. */
// @ts-ignore: decorator
@inline
export function easePressure(cache: CpuCache): void {
  answerRequest(cache);
  tellFreed(cache);
  for (let node: u32 = 0; node < nodeCount(); node++) if (nodePressure(node) != PressureState.ENOUGH) easeNode(node);
}

function easeNode(node: u32): void {
  const before = pressureWord(node);
  const free = <i64>nodeCountOf(node, NodeCount.FREE);
  const next = nextState(node, stateOf(before), free);
  if (next < stateOf(before)) changeState(node, before, next, free);
}

/** Looks at a node; true when it is worse off than when somebody looked last, and this CPU is the one that saw it. */
function hasWorsened(node: u32): bool {
  const before = pressureWord(node);
  const free = <i64>nodeCountOf(node, NodeCount.FREE);
  // Nearly always: enough before, enough now.
  if (stateOf(before) == PressureState.ENOUGH && free > <i64>lowMark(node)) return false;
  const next = nextState(node, stateOf(before), free);
  return next != stateOf(before) && changeState(node, before, next, free) && next > stateOf(before);
}

/** False when somebody else was faster; `before` is the word as it was. */
function changeState(node: u32, before: u64, to: u32, free: i64): bool {
  const after = (((before >> CHANGES_SHIFT) + 1) << CHANGES_SHIFT) | to;
  if (physCompareExchange64(nodeWordAddress(node, STATE), before, after) != before) return false;
  trace(RecordKind.PRESSURE, node, free, to);
  return true;
}

function relieve(cache: CpuCache, node: u32): void {
  drain(cache);
  askOthers();
  const missing = <i64>highMark(node) - <i64>nodeCountOf(node, NodeCount.FREE);
  if (missing > 0) runReclaimers(cache, node, <u32>missing);
}

function askOthers(): void {
  physOr64(requestsAddress(), ~ownBit());
}

function answerRequest(cache: CpuCache): void {
  if ((physLoad64(requestsAddress()) & ownBit()) != 0) answerFor(cache);
}

/** A CPU gives back what it has for itself, and so has done what it may have been asked. It is the one that runs this, or not in the allocator. */
export function answerFor(cache: CpuCache): void {
  physAnd64(requestsAddress(), ~((<u64>1) << (<u64>cpuOf(cache))));
  drain(cache);
}

function ownBit(): u64 {
  return (<u64>1) << (<u64>cpuIndex());
}

/** Fills the own word, if it is empty, by all means that there are. */
export function refillByAllMeans(cache: CpuCache): bool {
  feelPressure(cache);
  if (hasFrames(cache) || refillFromArea(cache) || refill(cache)) return true;
  return reclaim(cache, cache.node, 1) && (hasFrames(cache) || refill(cache));
}

/** Reclaimers may have freed into it. */
function hasFrames(cache: CpuCache): bool {
  return (cache.own | cache.unknown) != 0;
}

/** An allocation of `wanted` frames, of `node` if possible, has found nothing: is there a point in trying again? */
export function reclaim(cache: CpuCache, node: u32, wanted: u32): bool {
  askOthers();
  return runReclaimers(cache, node, wanted) != 0;
}
