import { cpuIndex } from "platform";
import { drainCache } from "../frames/allocator";
import { freeInAreas } from "../frames/node-counts";
import { nodeCount } from "../frames/nodes";
import { registerReclaimer } from "../frames/reclaimers";
import { bitOf, onlineCpus } from "./online";

/**
 * What the other CPUs keep of free frames for themselves, for the CPU that is short of them. It has the kernel's lock, so that the others are
 * outside the kernel: in a program, asleep, or waiting for the lock. What they keep is given back for them, and nobody is woken for it.
 */

/** Before all others: nothing is lost that would have to be made again. */
const PRIORITY: u32 = 0;

/** Before other CPUs run. */
export function shareFramesOfCpus(): void {
  registerReclaimer(drainOthers, PRIORITY);
}

/** A Reclaimer: of all nodes, since a CPU keeps little. */
function drainOthers(_node: u32, _wanted: u32): u32 {
  const before = framesInAreas();
  for (let rest = onlineCpus() & ~bitOf(cpuIndex()); rest != 0; rest &= rest - 1) drainCache(<u32>ctz<u64>(rest));
  return <u32>(framesInAreas() - before);
}

function framesInAreas(): u64 {
  let sum: u64 = 0;
  for (let node: u32 = 0; node < nodeCount(); node++) sum += freeInAreas(node);
  return sum;
}
