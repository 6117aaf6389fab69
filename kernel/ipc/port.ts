import { allocateObject, freeObject, HeapError, makeKind } from "../heap/heap";
import { KernelObject, ObjectKind } from "../objects/object";
import { MemoryObject } from "../spaces/memory-object";
import { Task, WaitsFor } from "../tasks/task";

/**
 * Where messages are sent to, and received from. Its queue holds tasks of one sort: those that wait to be received, or those that wait to
 * receive; where both were, they would have met.
 *
 *     byte  0       12 16    24     28     32
 *           object     name  first  last   nextNamed
 */
@unmanaged
@final
export class Port extends KernelObject {
  /** The first of the objects that it is to be told of. */
  letGo: MemoryObject | null;
  /** By which others find it; 0: by none. */
  name: u64;
  first: Task | null;
  last: Task | null;
  /** The next of the ports that have names. */
  nextNamed: Port | null;

  /** Is there anything to receive? Else whoever is in the queue waits to. */
  get hasNews(): bool {
    const task = this.first;
    return this.letGo != null || (task != null && task.waitsFor == WaitsFor.RECEIVER);
  }

  append(task: Task): void {
    const last = this.last;
    task.after = null;
    task.port = changetype<usize>(this);
    if (last != null) last.after = task;
    else this.first = task;
    this.last = task;
  }

  /** The first of the queue, if it waits for `waitsFor`; null: nobody does. */
  takeFirst(waitsFor: u32): Task | null {
    const task = this.first;
    if (task == null || task.waitsFor != waitsFor) return null;
    this.removeFirst(task);
    return task;
  }

  /** `task` is the first of the queue. */
  removeFirst(task: Task): void {
    this.first = task.after;
    if (this.last == task) this.last = null;
    task.after = null;
    task.port = 0;
  }

  remove(task: Task): void {
    const previous = this.before(task);
    if (previous == null) this.first = task.after;
    else previous.after = task.after;
    if (this.last == task) this.last = previous;
    task.after = null;
    task.port = 0;
  }

  /** Null: it is the first. */
  private before(task: Task): Task | null {
    let at = this.first;
    if (at == task) return null;
    while (at != null && at.after != task) at = at.after;
    return at;
  }
}
const PORT_BYTES: u32 = 36;
if (offsetof<Port>() != 36) ERROR("Port is 36 bytes");
const portKind = makeKind("port", PORT_BYTES);

let named: Port | null = null;

/** A port that nobody holds yet; null when there is no memory. */
export function makePort(name: u64): Port | null {
  const port = changetype<Port | null>(allocateObject(portKind));
  if (port == null) return null;
  port.kind = ObjectKind.PORT;
  port.name = name;
  if (name == 0) return port;
  port.nextNamed = named;
  named = port;
  return port;
}

/** The port of this name; null: there is none. */
export function portNamed(name: u64): Port | null {
  let port = named;
  while (port != null && port.name != name) port = port.nextNamed;
  return port;
}

/** Nobody finds it by its name any more. */
export function unname(port: Port): void {
  if (port.name == 0) return;
  port.name = 0;
  if (named == port) {
    named = port.nextNamed;
    return;
  }
  let at = named;
  while (at != null && at.nextNamed != port) at = at.nextNamed;
  if (at != null) at.nextNamed = port.nextNamed;
}

/** Gives back a port that nobody holds. */
export function forgetPort(port: Port): void {
  unname(port);
  const error = freeObject(portKind, changetype<usize>(port));
  assert(error == HeapError.NONE, "a port could not be freed");
}

/** `memory`, which is held, is what the port is to be told of after all others. */
export function queueLetGo(port: Port, memory: MemoryObject): void {
  memory.isLetGo = 1;
  memory.nextLetGo = null;
  let last = port.letGo;
  while (last != null && last.nextLetGo != null) last = last.nextLetGo;
  if (last != null) last.nextLetGo = memory;
  else port.letGo = memory;
}

/** The first object that it is to be told of, still held; null: there is none. */
export function takeLetGo(port: Port): MemoryObject | null {
  const memory = port.letGo;
  if (memory == null) return null;
  port.letGo = memory.nextLetGo;
  memory.isLetGo = 0;
  return memory;
}
