import { cpuIndex, writeCr3 } from "platform";
import { countHere } from "../cpu/counts";
import { MAX_CPUS } from "../frames/cpu-cache";
import { hasContexts } from "../paging/features";
import { CpuEvent } from "../trace/counters";
import { Translations } from "./translations";

/**
 * Process-context identifiers (SDM 3A 4.10.1), where the processor has them: a CPU keeps what it has cached of the spaces that it loaded
 * last, and finds it there when it comes back. Each CPU gives PCIDs 1 to 7 to spaces, in turn; PCID 0 is the kernel's own root, which has no
 * lower half. Few are enough: a TLB holds no more than a few working sets (Linux has 6).
 *
 * By CPU, two cache lines:
 *
 *     byte  0        4     8     16                 24                 32
 *           current  last  idle  number of PCID 1's  flushes seen of it  …of PCID 2's…
 *
 * Nothing is flushed when a space ends or a PCID is taken from it: its number is never seen again, and who gets the PCID loads it
 * without KEEP. Under the kernel's lock.
 */
@unmanaged
@final
class Context {
  /** Of the space; 0: nobody has the PCID yet. */
  number: u64;
  /** The space's flushes when this CPU left it. Those before were made here too, since it was loaded. */
  flushes: u64;
}


@unmanaged
@final
class CpuContexts {
  /** The PCID that is loaded, and the one that was given last. */
  current: u32;
  last: u32;
  /** The loaded space's flushes when this CPU went idle in it. */
  idle: u64;

  context(pcid: u32): Context {
    return changetype<Context>(changetype<usize>(this) + ((<usize>pcid) << CONTEXT_SHIFT));
  }

  /** The PCID that the space has here, or 0. */
  find(space: Translations): u32 {
    for (let pcid: u32 = 1; pcid <= LAST_PCID; pcid++) {
      if (this.context(pcid).number == space.number) return pcid;
    }
    return 0;
  }

  /** Gives the space the PCID that was given longest ago. */
  give(space: Translations): u32 {
    this.last = this.last == LAST_PCID ? 1 : this.last + 1;
    this.context(this.last).number = space.number;
    return this.last;
  }
}

const LAST_PCID: u32 = 7;
const CONTEXT_SHIFT: usize = 4;
const CPU_SHIFT: usize = 7;
const cpus = memory.data(8192, 64);
if (offsetof<Context>() != 16 || offsetof<CpuContexts>() != 16) ERROR("a context is 16 bytes");
if (64 << 7 != 8192 || MAX_CPUS != 64) ERROR("cpus holds the contexts of MAX_CPUS");

function ownContexts(): CpuContexts {
  return changetype<CpuContexts>(cpus + ((<usize>cpuIndex()) << CPU_SHIFT));
}

/** Bit 63 of what is loaded into CR3: what is cached for the PCID stays (SDM 3A 4.10.4.1). */
const KEEP: u64 = 0x8000_0000_0000_0000;

/** Loads the root on this CPU. What was cached of it before is kept if no flush has come since. */
export function loadRoot(space: Translations): void {
  if (hasContexts()) loadContextSlowly(space);
  else loadAnew(space.root);
}

/** Called through a variable, so that a switch does not save registers for it: frames/allocator.ts. */
let loadContextSlowly: (space: Translations) => void = loadContext;
loadContextSlowly = loadContext;

function loadContext(space: Translations): void {
  const own = ownContexts();
  const found = own.find(space);
  own.current = found == 0 ? own.give(space) : found;
  const isSound = found != 0 && own.context(found).flushes == space.flushes;
  if (!isSound) return loadAnew(space.root | own.current);
  countHere(CpuEvent.ROOTS_KEPT);
  writeCr3(space.root | own.current | KEEP);
}

function loadAnew(cr3: u64): void {
  countHere(CpuEvent.ROOTS_LOADED);
  writeCr3(cr3);
}

/** Before this CPU loads another root than the space's. */
export function leaveRoot(space: Translations): void {
  if (!hasContexts()) return;
  const own = ownContexts();
  own.context(own.current).flushes = space.flushes;
}

/** This CPU keeps the root, and is not told of all flushes any more. */
export function idleInRoot(space: Translations): void {
  leaveRoot(space);
  ownContexts().idle = space.flushes;
}

/** Has nothing been flushed of the space since this CPU went idle in it? Then what it has cached is sound. */
export function isAsLeft(space: Translations): bool {
  return ownContexts().idle == space.flushes;
}

/** No CPU keeps anything of a space that it has not loaded. */
export function forgetContexts(): void {
  for (let cpu: u32 = 0; cpu < MAX_CPUS; cpu++) {
    const contexts = changetype<CpuContexts>(cpus + ((<usize>cpu) << CPU_SHIFT));
    for (let pcid: u32 = 1; pcid <= LAST_PCID; pcid++) contexts.context(pcid).number = 0;
  }
}
