/**
 * A context is a task's saved processor state. The kernel gives it `CONTEXT_BYTES` of its linear memory, aligned to 64; only the
 * platform reads or writes what is inside. Segment selectors are no part of it: after another context has run they are null.
 *
 *     0 ── FXSAVE area ── 512 ── registers, 22 words (`RegisterAt`) ── 688 ── not used ── 1024
 */
import { BlockAt, RegisterAt } from "./block";
import { kernelLoad64, kernelStore64 } from "./memory";
import { cpuIndex } from "./cpu";
import { clearSelectors, cpuBlock, fxrstor, fxsave, linearAddress } from "./native";

export const CONTEXT_BYTES: usize = 1024;
const REGISTERS: usize = 512;
const USED_BYTES: usize = 688;
if (512 + 22 * 8 != 688) ERROR("registers follow the FXSAVE area");

/** Control words as after FNINIT and reset (SDM 1 10.5.1), where FXSAVE puts them. */
const FCW: u16 = 0x37f;
const MXCSR_OFFSET: usize = 24;
const MXCSR: u32 = 0x1f80;

/** Selectors of ring 3: `descriptors.ts`. */
const USER_CODE: u64 = 0x2b;
const USER_DATA: u64 = 0x23;
/** RFLAGS: interrupts on; bit 1 is always set. */
const INTERRUPTS_ON: u64 = 0x202;

/** Prepares `context` to start in ring 3 at `entry`, with stack pointer `stackTop` (16-byte aligned), interrupts on, all else zero. */
export function contextStart(context: usize, entry: u64, stackTop: u64): void {
  for (let at: usize = 0; at < USED_BYTES; at += 8) store<u64>(context + at, 0);
  store<u16>(context, FCW);
  store<u32>(context, MXCSR, MXCSR_OFFSET);
  setRegister(context, RegisterAt.RIP, entry);
  setRegister(context, RegisterAt.CS, USER_CODE);
  setRegister(context, RegisterAt.RFLAGS, INTERRUPTS_ON);
  setRegister(context, RegisterAt.RSP, stackTop);
  setRegister(context, RegisterAt.SS, USER_DATA);
}

/**
 * Prepares `child` to go on exactly where `parent` will, with the same registers. `parent` is the running task, whose system call is
 * being answered: so its x87 and SSE state, which the kernel does not use, is in the processor, and in `parent` is an older one.
 */
export function contextFork(parent: usize, child: usize): void {
  fxsave(linearAddress(child));
  for (let at: usize = REGISTERS; at < USED_BYTES; at += 8) store<u64>(child + at, load<u64>(parent + at));
}

/** Sets what the task's pending system call will return. */
export function contextSetResult(context: usize, value: i64): void {
  setRegister(context, RegisterAt.RAX, value);
}

/**
 * The task of `context` has ended: nothing of its registers stays in memory, nor gets there later. The memory may be something else's
 * from here on.
 */
export function contextForget(context: usize): void {
  for (let at: usize = 0; at < USED_BYTES; at += 8) store<u64>(context + at, 0);
  forgetAddress(ownBlock() + BlockAt.CURRENT, context);
  forgetAddress(ownBlock() + BlockAt.TRAP_FRAME, context);
}

/** Clears the word at `at` if it is an address in `context`. */
function forgetAddress(at: u64, context: usize): void {
  if (kernelLoad64(at) - linearAddress(context) < CONTEXT_BYTES) kernelStore64(at, 0);
}

/**
 * The CPU leaves the kernel into `context` when the current entry point returns. CR3 has been loaded already. What the processor held of
 * the context before is in that from here on: another CPU may go on with it.
 */
export function resumeNext(context: usize): void {
  const to = linearAddress(context);
  const block = ownBlock();
  const from = kernelLoad64(block + BlockAt.CURRENT);
  if (from == to) return;
  if (from != 0) fxsave(from);
  fxrstor(to);
  clearSelectors();
  kernelStore64(block + BlockAt.USER_TRAP_STACK, to + USED_BYTES);
  kernelStore64(block + BlockAt.CURRENT, to);
}

/** The CPU leaves to no context: it waits for an interrupt, with the kernel's tables loaded. */
export function resumeIdle(): void {
  const from = kernelLoad64(ownBlock() + BlockAt.CURRENT);
  if (from != 0) fxsave(from);
  kernelStore64(ownBlock() + BlockAt.CURRENT, 0);
}

function ownBlock(): u64 {
  return cpuBlock(cpuIndex());
}

function setRegister(context: usize, register: u32, value: u64): void {
  store<u64>(context + REGISTERS + ((<usize>register) << 3), value);
}
