import { contextFork, contextSetResult } from "platform";
import { forkSpace } from "../spaces/fork";
import { createSpace, SpaceError } from "../spaces/space";
import { countAgainst } from "../spaces/space-pool";
import { RecordKind } from "../trace/records";
import { trace, traceTask, traceText } from "../trace/trace";
import { makeReady } from "./balance";
import { discardTask } from "./scheduler";
import { makeTask, numberTask, Task, TaskOrigin } from "./task";

/** Makes a copy of the running task `parent`, ready to return 0 from the call that asked for it. Null when there is no memory. */
export function copyTask(parent: Task): Task | null {
  const child = makeTask(0);
  if (child == null) return null;
  countAgainst(child.space, parent.space.quota);
  let error = createSpace(child.space);
  if (error == SpaceError.NONE) error = forkSpace(parent.space, child.space);
  if (error != SpaceError.NONE) {
    discardTask(child);
    return null;
  }
  child.id = numberTask();
  child.parent = parent;
  child.origin = TaskOrigin.COPY;
  child.nameLength = parent.nameLength;
  memory.copy(child.name, parent.name, parent.nameLength);
  contextFork(parent.context, child.context);
  contextSetResult(child.context, 0);
  report(child, parent);
  makeReady(child);
  return child;
}

function report(child: Task, parent: Task): void {
  traceTask(child.id);
  trace(RecordKind.TASK_FORKED, parent.id, 0, 0);
  traceText(RecordKind.TASK_NAME, child.name, child.nameLength);
  traceTask(parent.id);
}
