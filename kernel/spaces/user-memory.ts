import { copyFromUser, copyToUser } from "platform";
import { Answer, answerPageFault } from "./answer";
import { FaultBit } from "./fault-bits";
import { Right } from "./region";
import { findRegion, Space } from "./space";

/**
 * Copies between the kernel and the memory of the space that is loaded. A page that is not there yet is made, as it would be for the
 * task itself; what the task may not touch ends the copy. Returns whether all of it was copied; what was copied into the kernel before
 * an error must not be used.
 *
 * The regions are asked first: a page that the task may not even read is the kernel's to read, as far as the processor is concerned.
 */

export function copyIn(to: usize, from: u64, length: u32, space: Space): bool {
  if (!isAllowed(space, from, length, Right.READ)) return false;
  let done = copyFromUser(to, from, length);
  while (done != length) {
    if (answerPageFault(space, FaultBit.USER, from + done) != Answer.ANSWERED) return false;
    done += copyFromUser(to + done, from + done, length - done);
  }
  return true;
}

export function copyOut(to: u64, from: usize, length: u32, space: Space): bool {
  if (!isAllowed(space, to, length, Right.WRITE)) return false;
  let done = copyToUser(to, from, length);
  while (done != length) {
    if (answerPageFault(space, FaultBit.USER | FaultBit.WRITE, to + done) != Answer.ANSWERED) return false;
    done += copyToUser(to + done, from + done, length - done);
  }
  return true;
}

function isAllowed(space: Space, first: u64, length: u32, right: u32): bool {
  const end = first + length;
  for (let at = first; at < end;) {
    const region = findRegion(space, at);
    if (region == null || (region.rights & right) == 0) return false;
    at = region.last + 1;
  }
  return end > first;
}
