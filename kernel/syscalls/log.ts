import { copyIn } from "../spaces/user-memory";
import { currentTask } from "../tasks/scheduler";
import { say } from "../tasks/speech";
import { RecordKind } from "../trace/records";
import { traceText } from "../trace/trace";
import { Errno } from "./abi";

const MAX_BYTES: u64 = 4096;
const text = memory.data(4096);

/** `log(address, length)`. EINVAL: longer than a page. EFAULT: not all of it readable, user memory; nothing is written then. */
export function log(address: u64, length: u64): i64 {
  if (length > MAX_BYTES) return Errno.EINVAL;
  if (length == 0) return 0;
  if (!copyIn(text, address, <u32>length, currentTask().space)) return Errno.EFAULT;
  traceText(RecordKind.OUTPUT, text, <u32>length);
  say(currentTask(), text, <u32>length);
  return <i64>length;
}
