/** The least kernel that shows `metal/` at work: it installs the CPU on its boot page tables and panics on the first trap. */
import { consoleWrite, exit, kernelLoad8, recordsWrite, setDirectMap, trapRegister, physLoad64, cpuInstall, copyFromUser, copyToUser, contextStart, contextSetResult, resumeNext, cpuIndex, cpuid, entropy64, clock, pause, imageMachine, trapRegisterCount } from "platform";

const line = memory.data(64);
const context = memory.data(1024, 64);

function print(text: string): void {
  for (let i = 0; i < text.length; i++) store<u8>(line + i, load<u8>(changetype<usize>(text) + (<usize>i << 1)));
  consoleWrite(line, text.length);
}

export function boot(bootinfo: u64): void {
  setDirectMap(0);
  print("stand-in: boot\n");
  cpuInstall(physLoad64(bootinfo), physLoad64(bootinfo + 8), physLoad64(bootinfo + 16), 0, 0);
  if (copyFromUser(line, 8, 1) == 77) copyToUser(8, line, 3);
}

export function start(): void {
  print("stand-in: start\n");
  recordsWrite(line, 40);
  kernelLoad8(entropy64() + clock() + cpuIndex() + cpuid(1, 0, 0) + imageMachine() + trapRegisterCount());
  contextStart(context, 0x1000, 0x2000);
  resumeNext(context);
}

export function trap(vector: u32, error: u64, address: u64, fromUser: u32): void {
  print("stand-in: trap\n");
  exit(vector + <u32>trapRegister(1) + <u32>error + <u32>address + fromUser);
}

export function syscall(number: u32, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64): void {
  contextSetResult(context, number + a + b + c + d + e + f);
  pause();
}
