/**
 * System calls as user programs see them: numbers, errors, and what `info` answers; docs/SYSCALLS.md says all of it. Constants only, so
 * that the user library may import it. On metal: SYSCALL, number in RAX, arguments in RDI RSI RDX R10 R8 R9, result in RAX.
 */
export namespace Call {
  /**
   * `log(address, length)`: writes `length` bytes (at most 4096) of user memory to the console: whole characters of UTF-8. Others, and
   * control characters but new line and tab, are shown as "?". Returns the length. EINVAL, EFAULT.
   */
  export const LOG: u32 = 0;
  /** `exit(status)`: ends the task. Does not return. */
  export const EXIT: u32 = 1;
  /** `yield()`: lets the next task run. Returns 0. */
  export const YIELD: u32 = 2;
  /**
   * `info(kind, argument)`: a number about this task or the system; see `Info`. EINVAL; ENOENT: the task has unmapped what it asks about; EBADF and
   * EPERM: see PHYSICAL.
   */
  export const INFO: u32 = 3;
  /**
   * `mmap(address, length, protection, flags, port, offset)`: maps zeroed memory, or with SHARED that of the object of handle `port`, from its byte
   * `offset` on (Protect, MapFlag). Returns its first byte. EINVAL: no length, bits that do not go together, or a fixed address that is not a
   * page's or not the task's to have. EACCES: writable and executable, or more than the handle allows. EBADF: no handle of memory. EEXIST:
   * FIXED_NOREPLACE, and something is there. EPERM: FIXED, and something there is sealed. ENOMEM.
   */
  export const MMAP: u32 = 4;
  /** `munmap(address, length)`: removes what is mapped there, if anything. EINVAL, EPERM, ENOMEM. */
  export const MUNMAP: u32 = 5;
  /** `mprotect(address, length, protection)`. EINVAL; EACCES: writable and executable, or a guard; EPERM; ENOMEM: part of it is not mapped. */
  export const MPROTECT: u32 = 6;
  /** `brk(end)`: moves the end of the heap and returns it, in whole pages; with 0 returns where it is. EINVAL; EPERM; ENOMEM: also where something is in the way. */
  export const BRK: u32 = 7;
  /** `fork()`: a copy of the task goes on as it does. Returns the copy's number, and 0 in the copy. EPERM: it is a module; ENOMEM. */
  export const FORK: u32 = 8;
  /**
   * `wait(address)`: waits for a child (a copy that this task made) to end; returns its number and stores its Ending at `address`,
   * unless that is 0. A child that ended earlier is there to be waited for until its parent ends. ECHILD: there is none; EFAULT.
   */
  export const WAIT: u32 = 9;
  /**
   * `colours(set)`: from now on the task's memory comes only from frames of these cache colours (bit n: colour n), in turns; with 0 from
   * any. Returns how many colours the machine has. EINVAL: none of those in `set`.
   */
  export const COLOURS: u32 = 10;
  /**
   * `mseal(address, length, flags)`: from now on no call removes, replaces, moves or protects what is mapped there, in this task and in its
   * copies. As in Linux; `flags` is 0. EINVAL; ENOMEM: part of it is not mapped, or no memory.
   */
  export const MSEAL: u32 = 11;
  /**
   * `sys_map(address, physical, flags)`: maps the page of device memory, or of the task's own contiguous memory, at `physical` to read or to write, too
   * (Protect), at `address`, or somewhere if that is 0. Returns its first byte. EINVAL; EACCES: to execute; EPERM: neither granted by the manifest nor the
   * task's; EEXIST; ENOMEM.
   */
  export const SYS_MAP: u32 = 12;
  /** `sys_unmap(address)`: takes such a page away. EINVAL; ENOENT: there is none; EPERM: it is sealed; ENOMEM. */
  export const SYS_UNMAP: u32 = 13;
  /**
   * `spawn(address, length)`: starts the program that was booted by the name of `length` bytes at `address`; it is the caller's child. A module of the same
   * name and a lower version ends. Returns its number. EINVAL: no name, or its image is refused; EPERM: no module with the capability "module-control";
   * EFAULT; ENOENT: no such program was booted; EEXIST: a module of that name runs, and is not older; EAGAIN: it runs at this moment; ENOMEM.
   */
  export const SPAWN: u32 = 14;
  /** `unload(address, length)`: ends the module of that name. EINVAL: no name, or the caller's; EPERM; EFAULT; ENOENT: none runs; EAGAIN. */
  export const UNLOAD: u32 = 15;
  /**
   * `memory_supply(memory, offset, address, bytes)`: the pages of an object with a pager, from its byte `offset` on, are copies of the task's memory from
   * `address` on; those that are there stay. Returns how many bytes are there now: fewer when there is no memory for more. EINVAL, EBADF, EACCES, EFAULT, ENOMEM.
   */
  export const MEMORY_SUPPLY: u32 = 16;
  /**
   * `memory_clean(memory, offset)`: the next run of pages, from byte `offset` on, that were written since this was asked last; from now on they count as not
   * written. Returns the first one's byte, and in the low 12 bits how many. EINVAL, EBADF, EACCES, ENOENT.
   */
  export const MEMORY_CLEAN: u32 = 17;
  /** `msync(address, length, flags)`: what was written there goes to the servers that have it (Sync). EINVAL, ENOMEM, EIO. */
  export const MSYNC: u32 = 18;
  /**
   * `memory_serve(bytes, port, key)`: memory whose pages the receiver at `port` supplies, who calls it `key`. Returns a handle with all rights. EINVAL, EBADF,
   * EACCES, ENOMEM.
   */
  export const MEMORY_SERVE: u32 = 19;
  /**
   * `port_create(name)`: a port, to be found by `name` (up to eight characters, the first in the lowest byte), or by none if that is 0. Returns a
   * handle with all rights. EEXIST, ENOMEM.
   */
  export const PORT_CREATE: u32 = 20;
  /** `port_open(name)`: waits for a port of that name; returns a handle with SEND and GRANT. EINVAL, ENOENT, ENOMEM. */
  export const PORT_OPEN: u32 = 21;
  /**
   * `call(port, words)`: sends that many words of the message buffer (Message), and the handle that is named there, and waits for the reply, of which it
   * returns the number of words. EINVAL, EBADF, EACCES, EPIPE, EDEADLK, ENOMEM.
   */
  export const CALL: u32 = 22;
  /** `receive(port)`: waits for a message; returns its number of words. EBADF, EACCES, EDEADLK, ENOMEM. */
  export const RECEIVE: u32 = 23;
  /** `reply(words)`: to what was received last. Returns `words`. EINVAL, ENOENT, EBADF, EACCES, ENOMEM. */
  export const REPLY: u32 = 24;
  /** `reply_receive(port, words)`: both. EINVAL, ENOENT, EBADF, EACCES, EDEADLK, ENOMEM. */
  export const REPLY_RECEIVE: u32 = 25;
  /** `handle_close(handle)`: gives it back. What was passed on from it stays. EBADF. */
  export const HANDLE_CLOSE: u32 = 26;
  /** `handle_revoke(handle)`: takes back all that was passed on from it, and what is mapped by that. EBADF, ENOMEM. */
  export const HANDLE_REVOKE: u32 = 27;
  /** `memory_create(bytes, flags)`: memory to share (MemoryFlag); returns a handle with all rights. EINVAL, EPERM, ENOMEM. */
  export const MEMORY_CREATE: u32 = 28;
  /**
   * `image_open(address, length)`: the image that was booted by the name of `length` bytes at `address`, as memory to be read; returns a handle to receive and to
   * grant. EINVAL, EFAULT, ENOENT, ENOMEM.
   */
  export const IMAGE_OPEN: u32 = 29;
}

/** What a handle allows. None that is passed on has more than the one that it comes from. */
export namespace Right {
  export const RECEIVE: u64 = 1;
  export const SEND: u64 = 2;
  export const GRANT: u64 = 4;
  export const ALL: u64 = 7;
}

/** Messages: bytes of the message buffer. */
export namespace Message {
  /** The first of the words. */
  export const AT: u64 = 3584;
  export const WORDS: u64 = 61;
  /** The handle that came with what was received: bits 31:0 its number, bits 63:32 its rights; 0: none. */
  export const GOT_AT: u64 = 4072;
  /** One that is to go with what is sent next: the same; 0: none, and when it has gone. */
  export const PASS_AT: u64 = 4080;
  /** The number of the task that sent what was received. */
  export const SENDER_AT: u64 = 4088;
}

/**
 * What `wait` stores, 8 bytes: bits 31:0 the status of `exit`, or what killed the task, the vector of an exception or HELD_MOST; bit 32: it was
 * killed.
 */
export namespace Ending {
  export const STATUS: u64 = 0xffff_ffff;
  export const KILLED: u64 = 1 << 32;
  /** No memory was left, and the task held most of it. */
  export const HELD_MOST: u64 = 256;
}

/** What a page may be used for; POSIX's PROT_ values. 0: nothing. */
export namespace Protect {
  export const READ: u64 = 1;
  export const WRITE: u64 = 2;
  export const EXECUTE: u64 = 4;
  export const ALL: u64 = 7;
}

/** Linux's MS_ value. */
export namespace Sync {
  /** Waits until the server has taken it. */
  export const SYNC: u64 = 4;
}

/** What the kernel asks a pager for, by a message with sender 0 and words: one of these, the key, the first byte, how many bytes. */
export namespace PagerRequest {
  /** Pages that somebody has accessed. To be supplied, then replied to. */
  export const PAGES: u64 = 1;
  /** To take what was written, then reply. */
  export const WRITE_BACK: u64 = 2;
  /** To take what was written. Nobody waits for a reply. */
  export const LET_GO: u64 = 3;
}

/** Linux's MAP_ values, and one more. */
export namespace MapFlag {
  /** Memory of an object, that others may map, too. */
  export const SHARED: u64 = 1;
  export const PRIVATE: u64 = 2;
  /** Exactly there; what was there goes. */
  export const FIXED: u64 = 0x10;
  export const ANONYMOUS: u64 = 0x20;
  /** With all its pages. */
  export const POPULATE: u64 = 0x8000;
  /** Exactly there, or not at all. */
  export const FIXED_NOREPLACE: u64 = 0x10_0000;
  /** Addresses that never have pages: an access is reported as one to a guard. Linux has none; its MADV_GUARD_INSTALL comes near. */
  export const GUARD: u64 = 0x1000_0000;
  export const ALL: u64 = 0x1010_8033;
}

export namespace MemoryFlag {
  /** Frames in a row, all of them there from the beginning: for devices. 2 MiB at most, and for modules with the capability "devices" alone. */
  export const CONTIGUOUS: u64 = 1;
  export const ALL: u64 = 1;
}

/** What a quota counts. */
export namespace Quota {
  export const FRAMES: u64 = 0;
  /** Page tables. */
  export const TABLES: u64 = 1;
  export const REGIONS: u64 = 2;
  export const HANDLES: u64 = 3;
}

/** Results below zero, as in POSIX (values of Linux). */
export namespace Errno {
  export const EPERM: i64 = -1;
  export const ENOENT: i64 = -2;
  export const EIO: i64 = -5;
  export const EBADF: i64 = -9;
  export const ECHILD: i64 = -10;
  export const EAGAIN: i64 = -11;
  export const ENOMEM: i64 = -12;
  export const EACCES: i64 = -13;
  export const EFAULT: i64 = -14;
  export const EEXIST: i64 = -17;
  export const EINVAL: i64 = -22;
  export const EPIPE: i64 = -32;
  export const EDEADLK: i64 = -35;
  export const ENOSYS: i64 = -38;
}

/** What `info` tells. Up to `AT_HAND` it is known without a look at the task's regions. */
export namespace Info {
  export const TASK: u32 = 0;
  export const PAGE_BYTES: u32 = 1;
  export const CPU: u32 = 2;
  export const AT_HAND: u32 = 2;
  /** First byte of the program's text. */
  export const TEXT: u32 = 3;
  /** First byte of the task's heap: writable memory that is the program's to use as it likes. */
  export const HEAP: u32 = 4;
  /** Bytes of heap that it starts with. */
  export const HEAP_BYTES: u32 = 5;
  /** Lowest address of the stack (the guard is below it). */
  export const STACK: u32 = 6;
  /** One past the stack's highest byte. */
  export const STACK_TOP: u32 = 7;
  /** The task's message buffer, one page: `log` text goes through it. */
  export const MESSAGE_BUFFER: u32 = 8;
  /**
   * Physical address of the contiguous memory of handle `argument`. EINVAL: its frames do not lie in a row; EBADF: no handle of memory; EPERM: the task is no
   * module with the capability "devices".
   */
  export const PHYSICAL: u32 = 9;
  /** Bytes of the memory of handle `argument`. EBADF: no handle of memory. */
  export const MEMORY_BYTES: u32 = 10;
  /**
   * How many of what `argument` (Quota) says the task, its copies and what they spawn may have together. EINVAL: no such kind; ENOENT: there is no limit.
   */
  export const QUOTA_LIMIT: u32 = 11;
  /** How many of these there are. The same errors. */
  export const QUOTA_USED: u32 = 12;
}
