/** Errors of the calls that start programs and end modules, in a module that may. */
import { Errno, heapStart, spawn, unload, wait } from "nitros";
import { end, start } from "./names";
import { expect, failureCount, refused } from "./refused";
import { giveBack, takeRegions } from "./shortage";

const NOTHING: u64 = 0x2_0000;
const KERNEL: u64 = 0xffff_8000_0000_0000;

export function main(): i32 {
  ofNames();
  ofVersions();
  withoutMemory();
  withoutSlots();
  return failureCount();
}

function ofNames(): void {
  const name = heapStart();
  refused("spawn", Errno.EINVAL, "no name", spawn(name, 0));
  refused("unload", Errno.EINVAL, "no name", unload(name, 0));
  refused("spawn", Errno.EINVAL, "a name of more than 47 bytes", spawn(name, 48));
  refused("unload", Errno.EINVAL, "a name of more than 47 bytes", unload(name, 48));
  const unreadable = "not all of the name is memory that the task may read";
  refused("spawn", Errno.EFAULT, unreadable, spawn(NOTHING, 8));
  refused("spawn", Errno.EFAULT, unreadable, spawn(KERNEL, 8));
  refused("unload", Errno.EFAULT, unreadable, unload(name - 4, 8));
  refused("unload", Errno.EFAULT, unreadable, unload(KERNEL, 8));
  refused("spawn", Errno.ENOENT, "no such program was booted", start("stranger"));
  refused("unload", Errno.ENOENT, "no module of that name runs", end("stranger"));
  refused("unload", Errno.ENOENT, "no module of that name runs", end("filler", 1));
}

function ofVersions(): void {
  refused("spawn", Errno.EEXIST, "a module of the same name runs, and is not older", start("errors-of-modules"));
  refused("spawn", Errno.EAGAIN, "the older one is the caller", start("newer"));
  refused("unload", Errno.EINVAL, "it is the caller's", end("errors-of-modules"));
  refused("spawn", Errno.EINVAL, "the program's image is refused", start("unsound"));
}

/** A program counts with who has spawned it. */
function withoutMemory(): void {
  takeRegions();
  refused("spawn", Errno.ENOMEM, "no memory", start("filler"));
  giveBack();
  const child = start("filler");
  expect("now it starts", wait(0), child);
}

/** The zone has slots for 32 modules, of which some are taken. */
function withoutSlots(): void {
  let count = 0;
  while (count < 32 && start("filler", count + 1) > 0) count += 1;
  expect("some were free", count > 16 && count < 32 ? 1 : 0, 1);
  refused("spawn", Errno.ENOMEM, "no slot in the modules' zone", start("filler", count + 1));
  for (let number = 1; number <= count; number++) expect("one ends", end("filler", number), 0);
  for (let number = 1; number <= count; number++) expect("and was a child", wait(0) > 0 ? 1 : 0, 1);
}
