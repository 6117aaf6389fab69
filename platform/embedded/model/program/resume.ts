import * as host from "../host";
import { Context, currentContext, isCurrentAlive } from "./context";
import { lookAway, lookHere } from "./lookup";

/**
 * Stopping and going on. A program that must wait is unwound by asyncify; when it is resumed, it is called anew, finds its way back to
 * the call of `machine.*` at which it stopped, and makes that call again. So the first call after a resumption must take notice. It
 * costs the usual call nothing: until then programs look into an empty TLB, and the slow way asks `isResuming`.
 */
let resuming: bool = false;

export function isResuming(): bool {
  return resuming;
}

/** For the host: the program that `contextEnter` named is about to run from its beginning. */
export function programStarts(): void {
  resuming = false;
  lookHere();
}

/** For the host: it is about to be rewound to where it stopped. */
export function programResumes(): void {
  resuming = true;
  lookAway();
}

/** The rewinding program has arrived. Returns its context, which knows what it was doing. */
export function arrive(): Context {
  resuming = false;
  lookHere();
  host.rewound();
  return currentContext();
}

/** Stops the running program at an access or call that is to be made again. A program that is no more is stopped all the same. */
export function stopAt(address: u64, value: u64): void {
  if (isCurrentAlive()) {
    const context = currentContext();
    context.address = address;
    context.value = value;
  }
  host.suspend();
}
