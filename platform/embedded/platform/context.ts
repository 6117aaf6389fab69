import { Context, forgetContext, forkContext, setNext, startContext } from "../model/program/context";

export const CONTEXT_BYTES: usize = 1024;

if (offsetof<Context>() > 1024) ERROR("a context does not fit");

export function contextStart(context: usize, entry: u64, stackTop: u64): void {
  startContext(context, entry, stackTop);
}

export function contextFork(parent: usize, child: usize): void {
  forkContext(parent, child);
}

export function contextForget(context: usize): void {
  forgetContext(context);
}

export function contextSetResult(context: usize, value: i64): void {
  Context.at(context).result = value;
}

export function resumeIdle(): void {
  setNext(0);
}

export function resumeNext(context: usize): void {
  setNext(context);
}
