import { copyFromUser, copyToUser } from "platform";
import { USER_LAST } from "../address/layout";
import { Answer, answerPageFault } from "./answer";
import { FaultBit } from "./fault-bits";
import { Space } from "./space";

/**
 * Copies between the kernel and the memory of the space that is loaded. A page that is not there yet is made, as it would be for the
 * task itself; what the task may not touch ends the copy. Returns whether all of it was copied; what was copied into the kernel before
 * an error must not be used.
 */

export function copyIn(to: usize, from: u64, length: u32, space: Space): bool {
  if (!isInUserHalf(from, length)) return false;
  let done = copyFromUser(to, from, length);
  while (done != length) {
    if (answerPageFault(space, FaultBit.USER, from + done) != Answer.ANSWERED) return false;
    done += copyFromUser(to + done, from + done, length - done);
  }
  return true;
}

export function copyOut(to: u64, from: usize, length: u32, space: Space): bool {
  if (!isInUserHalf(to, length)) return false;
  let done = copyToUser(to, from, length);
  while (done != length) {
    if (answerPageFault(space, FaultBit.USER | FaultBit.WRITE, to + done) != Answer.ANSWERED) return false;
    done += copyToUser(to + done, from + done, length - done);
  }
  return true;
}

function isInUserHalf(address: u64, length: u32): bool {
  return length != 0 && address <= USER_LAST && <u64>length - 1 <= USER_LAST - address;
}
