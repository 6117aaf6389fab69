import { cpuIndex } from "platform";
import { OrderCounter } from "../trace/counters";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { countForOrder, countForOwner } from "./cpu-counts";
import { Frame } from "./frame";
import { isCounted, isWatched } from "./watched";

/** What happens to frames, told to the trace and counted, by ways that are not quick. While somebody watches, no way is (`watched.ts`). */

/** 2^order frames have been handed out; returns the first of them. */
// @ts-ignore: decorator
@inline
export function allocated(first: Frame, order: u32, owner: u32): Frame {
  if (isWatched()) tellAllocated(first, order, owner);
  return first;
}

function tellAllocated(first: Frame, order: u32, owner: u32): void {
  trace(RecordKind.FRAME_ALLOCATED, first.number, order, owner);
  if (isCounted()) count(OrderCounter.ALLOCATED, order, owner, (<i64>1) << (<i64>order));
}

/** 2^order frames of `owner` have been taken back. */
// @ts-ignore: decorator
@inline
export function freed(first: u32, order: u32, owner: u32): void {
  if (isWatched()) tellFreed(first, order, owner);
}

function tellFreed(first: u32, order: u32, owner: u32): void {
  trace(RecordKind.FRAME_FREED, first, order, owner);
  if (isCounted()) count(OrderCounter.FREED, order, owner, -((<i64>1) << (<i64>order)));
}

function count(what: u32, order: u32, owner: u32, frames: i64): void {
  countForOrder(cpuIndex(), order, what);
  countForOwner(cpuIndex(), owner, frames);
}

/** There were no 2^order frames; returns none. An order that there is not is not counted. */
export function refused(order: u32): Frame {
  if (isCounted() && order <= 18) countForOrder(cpuIndex(), order, OrderCounter.REFUSED);
  return Frame.none();
}
