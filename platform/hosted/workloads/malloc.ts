import { allocate, release } from "../host";

/**
 * The process's allocator as a supply: glibc's, or one that LD_PRELOAD puts in its place. It hands out addresses of its own that are
 * mapped already, does not zero, knows no owner, and may do anything at all on a double free.
 */
@unmanaged
@final
export class Malloc {
  take(): u64 {
    return allocate(0x1000);
  }

  give(at: u64): void {
    release(at);
  }

  takeLarge(): u64 {
    return allocate(0x20_0000);
  }

  giveLarge(at: u64): void {
    release(at);
  }
}
