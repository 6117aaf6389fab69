import { kernelLoad64, kernelStore8 } from "platform";
import { MODULE_ZONE } from "../address/layout";
import { startLine, printLine } from "../console/text";
import { sealedBase } from "../paging/kernel-space";
import { bootinfoAddress, segmentVirtual } from "../bootinfo/bootinfo";
import { CrashKind } from "../bootinfo/layout";

/** Faults that the kernel commits when it is asked to (`nitros boot --crash KIND`): to see that a fault in the kernel is a readable end. */
export function crashOnPurpose(kind: u32): void {
  if (kind == CrashKind.NONE || kind == CrashKind.EARLY) return;
  announce();
  if (kind == CrashKind.WRITE_TEXT) kernelStore8(segmentVirtual(0), 0);
  else if (kind == CrashKind.WRITE_SEALED) kernelStore8(sealedBase(), 0);
  else if (kind == CrashKind.READ_UNMAPPED) kernelLoad64(MODULE_ZONE);
  else recurse(1);
}

/** The same before the kernel stands by itself. The address is one that the firmware mapped, and that worked a moment ago. */
export function crashEarlyOnPurpose(kind: u32): void {
  if (kind != CrashKind.EARLY) return;
  announce();
  kernelLoad64(bootinfoAddress());
}

function announce(): void {
  startLine();
  printLine("crashing on purpose, as asked");
}

/** Not a tail call, and its depth is not known at compile time: each level takes stack. */
function recurse(depth: u64): u64 {
  return depth + recurse((depth + kernelLoad64(segmentVirtual(0))) | 1) * depth;
}
