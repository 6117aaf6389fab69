import { tick } from "../cpu/time";
import { faultAddress, faultError, faultVector } from "../mmu/faults";
import { reserveStack } from "./stack-reserve";
import { drawTurn } from "./turns";

/** The way from a program into the kernel. The kernel's entry points are given at start, so that the model does not import them. */
type TrapEntry = (vector: u32, error: u64, address: u64, fromUser: u32) => void;
type StartEntry = () => void;
type SyscallEntry = (number: u64, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64) => void;

const FROM_USER: u32 = 1;

let trapEntry: TrapEntry | null = null;
let syscallEntry: SyscallEntry | null = null;
let startEntry: StartEntry | null = null;
let inKernel: u32 = 0;

export function connectKernel(trap: TrapEntry, syscall: SyscallEntry, start: StartEntry): void {
  trapEntry = trap;
  syscallEntry = syscall;
  startEntry = start;
}

/** For the host, after an error of WebAssembly: 1 if the kernel made it, 0 if the program did. */
export function isInKernel(): u32 {
  return inKernel;
}

/** The host has abandoned what the kernel did, or enters it by itself. */
export function setInKernel(value: u32): void {
  inKernel = value;
}

export function enterTrap(vector: u32, error: u64, address: u64): void {
  tick();
  reserveStack();
  inKernel = 1;
  trapEntry!(vector, error, address, FROM_USER);
  inKernel = 0;
  drawTurn();
}

/** The fault that the MMU has just recorded. */
export function enterFault(): void {
  enterTrap(faultVector(), faultError(), faultAddress());
}

export function enterSyscall(number: u64, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64): void {
  tick();
  reserveStack();
  inKernel = 1;
  syscallEntry!(number, a, b, c, d, e, f);
  inKernel = 0;
  drawTurn();
}

/** An interrupt for the CPU that `runCpu` named, whatever it was doing outside the kernel. The kernel runs on the CPU that sent it. */
export function enterInterrupt(vector: u32): void {
  tick();
  trapEntry!(vector, 0, 0, FROM_USER);
}

/** The CPU that `runCpu` named begins. */
export function enterStart(): void {
  tick();
  startEntry!();
}
