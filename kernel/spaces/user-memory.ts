import { copyFromUser, copyToUser } from "platform";
import { PhysAddr, VirtAddr } from "../address/addr";
import { zoneOf } from "../address/layout";
import { Zone } from "../address/zones";
import { translate } from "../paging/tables";
import { answerPageFault } from "./answer";
import { Answer } from "./answers";
import { FaultBit } from "./fault-bits";
import { Right } from "./region";
import { findRegion, Space } from "./space";

/**
 * Copies between the kernel and the memory of the space that is loaded. A page that is not there yet is made, as it would be for the
 * task itself; what the task may not touch ends the copy. Returns whether all of it was copied; what was copied into the kernel before
 * an error must not be used.
 *
 * A page that is its server's to supply ends the copy as well: `takeAbsent` says which, so that the call can wait for it and be made again.
 *
 * The regions are asked first: a page that the task may not even read is the kernel's to read, as far as the processor is concerned.
 */

export function copyIn(to: usize, from: u64, length: u32, space: Space): bool {
  forgetFailure();
  if (!isAllowed(space, from, length, Right.READ)) return false;
  let done = copyFromUser(to, from, length);
  while (done != length) {
    if (!isAnswered(space, FaultBit.USER, from + done)) return false;
    done += copyFromUser(to + done, from + done, length - done);
  }
  return true;
}

export function copyOut(to: u64, from: usize, length: u32, space: Space): bool {
  forgetFailure();
  if (!isAllowed(space, to, length, Right.WRITE)) return false;
  let done = copyToUser(to, from, length);
  while (done != length) {
    if (!isAnswered(space, FaultBit.USER | FaultBit.WRITE, to + done)) return false;
    done += copyToUser(to + done, from + done, length - done);
  }
  return true;
}

/** What modules have, all may read; what is not there ends the copy. */
function areModules(first: u64, end: u64): bool {
  return zoneOf(first) == Zone.MODULES && zoneOf(end - 1) == Zone.MODULES;
}

function isAllowed(space: Space, first: u64, length: u32, right: u32): bool {
  const end = first + length;
  for (let at = first; at < end;) {
    const region = findRegion(space, at);
    if (region == null || (region.rights & right) == 0) return right == Right.READ && areModules(at, end);
    at = region.last + 1;
  }
  return end > first;
}

/** An address of the page that ended the last copy, since its server has not supplied it; 0: nothing did, or this was asked already. */
let absent: u64 = 0;
/** Or the page was not there for want of memory. */
let isShort: bool = false;

function forgetFailure(): void {
  absent = 0;
  isShort = false;
}

/** Did the last copy, or `readableAt`, find no memory for what the task may access? */
export function wasShort(): bool {
  return isShort;
}

export function takeAbsent(): u64 {
  const address = absent;
  absent = 0;
  return address;
}

/** The address in physical memory of what the task can read at `address`; 0: it may not, there is no memory, or the page is absent. */
export function readableAt(space: Space, address: u64): PhysAddr {
  forgetFailure();
  const region = findRegion(space, address);
  if (region == null || (region.rights & Right.READ) == 0) return <PhysAddr>0;
  const there = translate(<PhysAddr>space.root, <VirtAddr>address);
  if (there != 0) return there;
  return isAnswered(space, FaultBit.USER, address) ? translate(<PhysAddr>space.root, <VirtAddr>address) : <PhysAddr>0;
}

function isAnswered(space: Space, error: u64, address: u64): bool {
  const answer = answerPageFault(space, error, address);
  if (answer == Answer.ABSENT) absent = address;
  isShort = answer == Answer.NO_MEMORY;
  return answer == Answer.ANSWERED;
}
