import { Call, Info, MapFlag, Message, Sync } from "../../kernel/syscalls/abi";
import { messageBuffer } from "./calls";
import { load64, store64, syscall } from "./machine";

export { PagerRequest, Right } from "../../kernel/syscalls/abi";

/** Ports and messages. A message is in the message buffer: written there before it is sent, read there after it has come. */

let buffer: u64 = 0;

function place(at: u64): u64 {
  if (buffer == 0) buffer = messageBuffer();
  return buffer + at;
}

/** Word `index`, from 0 to 60, of the message. */
export function word(index: u32): u64 {
  return load64(place(Message.AT + ((<u64>index) << 3)));
}

export function setWord(index: u32, value: u64): void {
  store64(place(Message.AT + ((<u64>index) << 3)), value);
}

/** Passes a handle on, with these of its rights (Right), with the next message or reply. */
export function passHandle(handle: u64, rights: u64): void {
  store64(place(Message.PASS_AT), handle | (rights << 32));
}

/** The handle that came with the message; 0: none. */
export function gotHandle(): u64 {
  return load64(place(Message.GOT_AT)) & 0xffff_ffff;
}

/** Its rights. */
export function gotRights(): u64 {
  return load64(place(Message.GOT_AT)) >> 32;
}

/** The task whose message, or reply, came last. */
export function sender(): u32 {
  return <u32>load64(place(Message.SENDER_AT));
}

/** Up to eight characters of ASCII as the name of a port. */
export function portName(text: string): u64 {
  let name: u64 = 0;
  for (let i = 0; i < text.length && i < 8; i++) {
    const shift: u64 = 8 * i;
    name |= (<u64>text.charCodeAt(i)) << shift;
  }
  return name;
}

/** Makes a port, by a name or by none (0): a handle with all rights, or an Errno. */
export function portCreate(name: u64): i64 {
  return syscall(Call.PORT_CREATE, name, 0, 0, 0, 0, 0);
}

/** Waits for the port of that name: a handle to send by, or an Errno. */
export function portOpen(name: u64): i64 {
  return syscall(Call.PORT_OPEN, name, 0, 0, 0, 0, 0);
}

/** Sends the first `words` words and waits for the reply: its words, or an Errno. */
export function call(port: u64, words: u32): i64 {
  return syscall(Call.CALL, port, words, 0, 0, 0, 0);
}

/** Waits for a message: its words, or an Errno. */
export function receive(port: u64): i64 {
  return syscall(Call.RECEIVE, port, 0, 0, 0, 0, 0);
}

/** Replies to what was received last: 0 or more, or an Errno. */
export function reply(words: u32): i64 {
  return syscall(Call.REPLY, words, 0, 0, 0, 0, 0);
}

/** Replies, and waits for the next message: its words, or an Errno. */
export function replyReceive(port: u64, words: u32): i64 {
  return syscall(Call.REPLY_RECEIVE, port, words, 0, 0, 0, 0);
}

/** Gives a handle back. What was passed on from it, or is mapped by it, stays. */
export function handleClose(handle: u64): i64 {
  return syscall(Call.HANDLE_CLOSE, handle, 0, 0, 0, 0, 0);
}

/** Takes back all that was passed on from a handle: 0, or an Errno. */
export function handleRevoke(handle: u64): i64 {
  return syscall(Call.HANDLE_REVOKE, handle, 0, 0, 0, 0, 0);
}

/** Memory to share, of whole pages (MemoryFlag): a handle with all rights, or an Errno. */
export function memoryCreate(bytes: u64, flags: u64 = 0): i64 {
  return syscall(Call.MEMORY_CREATE, bytes, flags, 0, 0, 0, 0);
}

/** Memory that this task supplies, who receives at `port`, and calls it `key`: a handle with all rights, or an Errno. */
export function memoryServe(bytes: u64, port: u64, key: u64): i64 {
  return syscall(Call.MEMORY_SERVE, bytes, port, key, 0, 0, 0);
}

/** The image that was booted by the name of `length` bytes at `address`, to be read: a handle, or an Errno. */
export function imageOpen(address: u64, length: u64): i64 {
  return syscall(Call.IMAGE_OPEN, address, length, 0, 0, 0, 0);
}

/** Bytes of the memory of a handle, or an Errno. */
export function memoryBytes(handle: u64): i64 {
  return syscall(Call.INFO, Info.MEMORY_BYTES, handle, 0, 0, 0, 0);
}

/** Supplies pages of such memory with copies of this task's: how many bytes, or an Errno. */
export function memorySupply(memory: u64, offset: u64, address: u64, bytes: u64): i64 {
  return syscall(Call.MEMORY_SUPPLY, memory, offset, address, bytes, 0, 0);
}

/** The next run of its pages, from byte `offset` on, that were written: the first byte, and in the low 12 bits how many; or an Errno. */
export function memoryClean(memory: u64, offset: u64): i64 {
  return syscall(Call.MEMORY_CLEAN, memory, offset, 0, 0, 0, 0);
}

/** What was written from `address` on goes to the servers that have it: 0, or an Errno. */
export function msync(address: u64, length: u64): i64 {
  return syscall(Call.MSYNC, address, length, Sync.SYNC, 0, 0, 0);
}

/** Maps copies of the memory of a handle, the task's own from the first write on (as `mmapShared`): the first byte, or an Errno. */
export function mmapCopies(address: u64, length: u64, protection: u64, flags: u64, handle: u64, offset: u64): i64 {
  return syscall(Call.MMAP, address, length, protection, flags | MapFlag.PRIVATE, handle, offset);
}

/** Maps memory of a handle, from byte `offset` on (Protect; MapFlag.FIXED and FIXED_NOREPLACE): its first byte, or an Errno. */
export function mmapShared(address: u64, length: u64, protection: u64, flags: u64, handle: u64, offset: u64): i64 {
  return syscall(Call.MMAP, address, length, protection, flags | MapFlag.SHARED, handle, offset);
}
