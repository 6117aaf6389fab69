/**
 * System calls as user programs see them: numbers, errors, and what `info` answers. Constants only, so that the user library may
 * import it. On metal: SYSCALL, number in RAX, arguments in RDI RSI RDX R10 R8 R9, result in RAX.
 */
export namespace Call {
  /** `log(address, length)`: writes `length` bytes (at most 4096) of user memory to the console. Returns the length. */
  export const LOG: u32 = 0;
  /** `exit(status)`: ends the task. Does not return. */
  export const EXIT: u32 = 1;
  /** `yield()`: lets the next task run. Returns 0. */
  export const YIELD: u32 = 2;
  /** `info(kind)`: a number about this task or the system; see `Info`. */
  export const INFO: u32 = 3;
}

/** Results below zero, as in POSIX (values of Linux). */
export namespace Errno {
  export const EPERM: i64 = -1;
  export const ENOENT: i64 = -2;
  export const EAGAIN: i64 = -11;
  export const ENOMEM: i64 = -12;
  export const EACCES: i64 = -13;
  export const EFAULT: i64 = -14;
  export const EEXIST: i64 = -17;
  export const EINVAL: i64 = -22;
  export const ENOSYS: i64 = -38;
}

export namespace Info {
  export const TASK: u32 = 0;
  /** First byte of the program's text. */
  export const TEXT: u32 = 1;
  /** First byte of the task's heap: writable memory that is the program's to use as it likes. */
  export const HEAP: u32 = 2;
  /** Bytes of heap that it starts with. */
  export const HEAP_BYTES: u32 = 3;
  /** Lowest address of the stack (the guard is below it). */
  export const STACK: u32 = 4;
  /** One past the stack's highest byte. */
  export const STACK_TOP: u32 = 5;
  /** The task's message buffer, one page: `log` text goes through it. */
  export const MESSAGE_BUFFER: u32 = 6;
  export const PAGE_BYTES: u32 = 7;
  export const CPU: u32 = 8;
}
