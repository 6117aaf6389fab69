import { panicFault } from "../console/panic";
import { answerPageFault } from "../spaces/answer";
import { Answer } from "../spaces/answers";
import { pageFaultReason, regionKindAt, reportedAddress } from "../spaces/fault";
import { FaultBit } from "../spaces/fault-bits";
import { FaultReason, RegionKind } from "../spaces/kinds";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { waitForPage } from "./absent";
import { reclaimFromAll } from "./clock";
import { resumeNextOrEnd } from "./ending";
import { reportKill } from "./fault-report";
import { overQuotaReason } from "./over-quota";
import { makeRoom, Room } from "./room";
import { currentTask, endTask } from "./scheduler";
import { Task, TaskEnd } from "./task";
import { Vector } from "./vectors";

/** What ran when an exception came. */
export namespace TrapOrigin {
  export const KERNEL: u32 = 0;
  export const USER: u32 = 1;
}

/**
 * A page fault of the running task (SDM 3A 4.7). Most are answered, and the task goes on where it was. A reserved bit in a table is a bug of
 * the kernel, whoever ran.
 */
export function pageFault(error: u64, address: u64): void {
  if ((error & FaultBit.RESERVED) != 0) return exception(Vector.PAGE_FAULT, error, address, TrapOrigin.KERNEL);
  const task = currentTask();
  trace(RecordKind.FAULT, address, error, 0);
  const answer = answerPageFault(task.space, error, address);
  if (answer != Answer.ANSWERED) insistSlowly(task, error, address, answer);
}

/** Called through a variable, so that a fault that is answered does not save registers for it: frames/allocator.ts. */
let insistSlowly: (task: Task, error: u64, address: u64, first: u32) => void = insistOrRefuse;
insistSlowly = insistOrRefuse;

/**
 * When memory was short it is tried again: once after a reclaim, since what that frees may be what the first try had made, and then each
 * time that somebody has been ended for it.
 */
function insistOrRefuse(task: Task, error: u64, address: u64, first: u32): void {
  const overQuota = first == Answer.NO_MEMORY ? overQuotaReason(task, error, address) : 0;
  if (overQuota != 0) return endFor(task, error, address, overQuota);
  const isWorthIt = first == Answer.NO_MEMORY && reclaimFromAll();
  let answer = isWorthIt ? answerPageFault(task.space, error, address) : first;
  while (answer == Answer.NO_MEMORY) {
    const room = makeRoom(task);
    if (room == Room.COMING) return resumeNextOrEnd();
    if (room == Room.NONE) break;
    answer = answerPageFault(task.space, error, address);
  }
  if (answer == Answer.ABSENT && waitForPage(task, address)) return resumeNextOrEnd();
  if (answer != Answer.ANSWERED) refuse(task, error, address, answer);
}

function endFor(task: Task, error: u64, address: u64, reason: u32): void {
  kill(task, Vector.PAGE_FAULT, error, address, reason);
  resumeNextOrEnd();
}

function refuse(task: Task, error: u64, address: u64, answer: u32): void {
  endFor(task, error, address, reasonFor(answer, task, error, address));
}

function reasonFor(answer: u32, task: Task, error: u64, address: u64): u32 {
  if (answer == Answer.NO_MEMORY) return FaultReason.NO_MEMORY;
  return answer == Answer.ABSENT ? FaultReason.NOT_SUPPLIED : pageFaultReason(task.space, error, address);
}

/**
 * Any other exception (SDM 3A 6.15). From ring 3 it kills the running task, with a report, and nothing else; in the kernel, or when it is
 * the machine's and not the program's, it ends the machine.
 */
export function exception(vector: u32, error: u64, address: u64, origin: u32): void {
  if (origin == TrapOrigin.KERNEL || isMachines(vector)) return panicFault(panicText(vector), vector, error, address);
  kill(currentTask(), vector, error, address, reasonOf(vector));
  resumeNextOrEnd();
}

function kill(task: Task, vector: u32, error: u64, address: u64, reason: u32): void {
  const isPageFault = vector == Vector.PAGE_FAULT;
  const reported = reportedAddress(address, reason);
  const kind = isPageFault ? regionKindAt(task.space, address) : RegionKind.NONE;
  trace(RecordKind.TASK_KILLED, reported, error, vector | ((<u64>kind) << 8) | ((<u64>reason) << 16));
  reportKill(task, vector, error, reported, reason);
  endTask(task, TaskEnd.KILLED, <i32>vector);
}

/** Is it the machine's doing, whoever ran? */
function isMachines(vector: u32): bool {
  return vector == Vector.NMI || vector == Vector.DOUBLE_FAULT || vector == Vector.MACHINE_CHECK;
}

function reasonOf(vector: u32): u32 {
  if (vector == Vector.DIVIDE) return FaultReason.DIVIDE;
  if (vector == Vector.INVALID_OPCODE) return FaultReason.INVALID_INSTRUCTION;
  if (vector == Vector.PROTECTION || vector == Vector.STACK_FAULT) return FaultReason.NOT_CANONICAL;
  return FaultReason.OTHER;
}

function panicText(vector: u32): string {
  if (vector == Vector.DOUBLE_FAULT) return "double fault: most likely the kernel's stack overflowed";
  if (vector == Vector.PAGE_FAULT) return "page fault in the kernel";
  if (vector == Vector.NMI) return "non-maskable interrupt";
  if (vector == Vector.MACHINE_CHECK) return "machine check";
  if (vector == Vector.PROTECTION) return "general protection fault in the kernel";
  if (vector == Vector.INVALID_OPCODE) return "invalid instruction in the kernel: a check of its own failed";
  return "exception in the kernel";
}
