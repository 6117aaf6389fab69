import {
  Errno,
  gotHandle,
  gotRights,
  handleClose,
  load64,
  memoryCreate,
  mmapShared,
  passHandle,
  portCreate,
  printLine,
  Protect,
  receive,
  reply,
  setWord,
  store64,
  textStart,
} from "nitros";
import { TENANT } from "./draws";
import { LENT } from "./knowledge";

/**
 * A module in its zone that others make calls around. Who asks it is told where it is, and lent memory that he may not write; a handle that he passes to it
 * it passes back, with other rights, and never with more.
 */
const PATTERN: u64 = 0x7e4a_4e7a_0f0f_1234;
const ALL: u64 = 7;
const GRANT: u64 = 4;
/** After which nobody is left who could ask. */
const PATIENCE: u32 = 200;

/** Within the zone, in the last page of the data's first unit, which the machine does not use. */
const DATA: u64 = 2 * 0x1_0000 + 15 * 4096;

let wrong: i32 = 0;
/** Where others may try to write it: in the zone, and in memory that is lent. */
let own: u64 = 0;
let ward: u64 = 0;
let wardAt: u64 = 0;

export function lodge(): i32 {
  const port = portCreate(TENANT);
  ward = <u64>memoryCreate(4096);
  wardAt = <u64>mmapShared(0, 4096, Protect.READ | Protect.WRITE, 0, ward, 0);
  own = textStart() + DATA;
  store64(own, PATTERN);
  for (let at: u64 = 0; at < 4096; at += 8) store64(wardAt + at, PATTERN);
  for (let stuck: u32 = 0; port > 0 && stuck < PATIENCE;) {
    if (receive(<u64>port) < 0) stuck += 1;
    else serve();
  }
  return wrong;
}

function serve(): void {
  const got = gotHandle();
  const rights = gotRights();
  if (!isUntouched()) say("wrong: the tenant's memory was written");
  if (got == 0) lend();
  else passBack(got, rights);
  if (got != 0 && handleClose(got) != 0 && handleClose(got) != Errno.EBADF) say("wrong: a handle does not close");
}

function isUntouched(): bool {
  let isSame = load64(own) == PATTERN;
  for (let at: u64 = 0; at < 4096; at += 8) isSame = isSame && load64(wardAt + at) == PATTERN;
  return isSame;
}

function lend(): void {
  setWord(0, own);
  passHandle(ward, LENT);
  settle(1);
}

/** First with each right that it has not, or with those that it has, if it may not be passed on: both are refused. Then with some of those that it has. */
function passBack(got: u64, rights: u64): void {
  const missing = ALL & ~rights;
  for (let right: u64 = 1; right <= GRANT; right <<= 1) if ((missing & right) != 0) refuse(got, rights | right);
  if ((rights & GRANT) == 0) refuse(got, rights);
  else passHandle(got, (rights & 3) == 3 ? 1 : rights);
  settle(0);
}

function refuse(got: u64, rights: u64): void {
  passHandle(got, rights);
  if (reply(0) >= 0) say("wrong: a handle was passed on with more rights than it has");
  passHandle(0, 0);
}

/** Who asked may have no room for a handle, or be gone. */
function settle(words: u32): void {
  if (reply(words) >= 0) return;
  passHandle(0, 0);
  reply(words);
}

function say(what: string): void {
  wrong = 1;
  printLine(what);
}
