import { MAX_CPUS, runningCpu } from "../mmu/state";

/**
 * What the modelled machine keeps in a task's context. A program's locals and its call stack are its registers here, and the host
 * keeps those; what remains is where it starts and what its next step is.
 *
 *     byte  size  field
 *        0     8  entry      where the program starts, virtual
 *        8     8  stackTop
 *       16     8  result     of the pending system call
 *       24     8  address    of the access that is to be repeated after the program has been resumed
 *       32     8  value      that it stores
 *       40     4  serial     counts calls of contextStart and contextFork: tells a new task from the one whose context it took over
 *       44       end
 */
@unmanaged
@final
export class Context {
  entry: u64;
  stackTop: u64;
  result: i64;
  address: u64;
  value: u64;
  serial: u32;

  static at(context: usize): Context {
    return changetype<Context>(context);
  }
}

let starts: u32 = 0;
/** By CPU: the context that it leaves the kernel into, and the one whose program it runs; 0 for none. */
const nexts = memory.data(256, 4);
const currents = memory.data(256, 4);
if (MAX_CPUS * 4 != 256) ERROR("a CPU lacks its contexts");

function next(): usize {
  return nextOf(runningCpu());
}

/** The context that CPU `index` goes on with; 0 if it waits for an interrupt. */
export function nextOf(index: i32): usize {
  return load<usize>(nexts + (index << 2));
}

/** Bit n: CPU n has something to go on with. */
let busy: u64 = 0;

export function busyCpus(): u64 {
  return busy;
}

/** All others: there may be no such CPUs. */
export function sleepingCpus(): u64 {
  return ~busy;
}

function current(): usize {
  return load<usize>(currents + (runningCpu() << 2));
}

/** The one that has been forked from `current` in the call that is being answered; 0 for none. */
let forked: usize = 0;

export function startContext(context: usize, entry: u64, stackTop: u64): void {
  memory.fill(context, 0, offsetof<Context>());
  starts += 1;
  const fresh = Context.at(context);
  fresh.entry = entry;
  fresh.stackTop = stackTop;
  fresh.serial = starts;
}

/** The host copies what it keeps of the program when it has stopped, which is before anything else runs: `contextTakeForked`. */
export function forkContext(parent: usize, child: usize): void {
  startContext(child, contextEntry(parent), contextStackTop(parent));
  forked = child;
}

/** The memory of the context is zero from here on, and will be something else's. */
export function forgetContext(context: usize): void {
  memory.fill(context, 0, offsetof<Context>());
  if (current() == context) contextEnter(0);
  if (next() == context) setNext(0);
  if (forked == context) forked = 0;
}

export function setNext(context: usize): void {
  const here = (<u64>1) << (<u64>runningCpu());
  store<usize>(nexts + (runningCpu() << 2), context);
  busy = context == 0 ? busy & ~here : busy | here;
}

/** For the host: the context to run, and what it needs to run it. */
export function contextNext(): usize {
  return next();
}

export function contextEntry(context: usize): u64 {
  return Context.at(context).entry;
}

export function contextStackTop(context: usize): u64 {
  return Context.at(context).stackTop;
}

export function contextSerial(context: usize): u32 {
  return Context.at(context).serial;
}

/** The host says that the program of this context runs now. */
export function contextEnter(context: usize): void {
  store<usize>(currents + (runningCpu() << 2), context);
}

export function currentContext(): Context {
  return Context.at(current());
}

/** True if the running program has been forked, and must stop to be copied. */
export function isForked(): bool {
  return forked != 0;
}

/** For the host: the context of which the program that has just stopped is the parent; 0 for none. Told once. */
export function contextTakeForked(): usize {
  const child = forked;
  forked = 0;
  return child;
}

/** False if the running program's task is gone. */
export function isCurrentAlive(): bool {
  return current() != 0;
}

/** True if the kernel leaves to the program that was running. */
export function isSameProgramNext(): bool {
  return next() == current() && isCurrentAlive();
}
