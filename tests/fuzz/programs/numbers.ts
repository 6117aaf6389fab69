/** Calls that are drawn, or looked at, in another way than the rest, and bits of their arguments. */
export const LOG: u32 = 0;
export const EXIT: u32 = 1;
export const INFO: u32 = 3;
export const MMAP: u32 = 4;
export const MUNMAP: u32 = 5;
export const MPROTECT: u32 = 6;
export const FORK: u32 = 8;
export const SYS_MAP: u32 = 12;
export const SYS_UNMAP: u32 = 13;
export const SPAWN: u32 = 14;
export const UNLOAD: u32 = 15;
export const MEMORY_SUPPLY: u32 = 16;
export const MEMORY_CLEAN: u32 = 17;
export const MSYNC: u32 = 18;
export const MEMORY_SERVE: u32 = 19;
export const PORT_CREATE: u32 = 20;
export const PORT_OPEN: u32 = 21;
export const CALL: u32 = 22;
export const RECEIVE: u32 = 23;
export const REPLY: u32 = 24;
export const REPLY_RECEIVE: u32 = 25;
export const HANDLE_CLOSE: u32 = 26;
export const MEMORY_CREATE: u32 = 28;
export const IMAGE_OPEN: u32 = 29;
/** Calls from here on take handles, and numbers of words. */
export const FIRST_OF_HANDLES: u32 = PORT_CREATE;

export const PAGE: u64 = 4096;
export const TIMER: u64 = 0xfed0_0000;
export const SHARED: u64 = 1;
export const WRITE: u64 = 2;
export const EXECUTE: u64 = 4;
export const WRITE_EXECUTE: u64 = 6;
export const ANONYMOUS: u64 = 0x20;
export const POPULATE: u64 = 0x8000;
export const CONTIGUOUS: u64 = 1;
