import { stuckFrames } from "../frames/allocator";
import { allocateObject, freeObject, HeapError, makeKind } from "../heap/heap";
import { MOST_OF_QUOTA, QUOTA_KINDS, QuotaKind } from "./layout";

/**
 * How much a task may have, together with the tasks that it starts and with what they have made: a copy holds the quota of the task that it is a copy
 * of, and a memory object that of the task that made it. So it is of no use to make copies, nor to have one of them make something and end.
 *
 * What is there is counted, each thing once, whoever shares it: a quota counts down when something is made, and up when it is gone. Frames that
 * copies share are of one quota, since only copies share frames. All under the kernel's lock.
 *
 *     byte  0           4           8            12           16      20      24       28       32
 *           framesLeft  tablesLeft  regionsLeft  handlesLeft  frames  tables  regions  handles  holders
 */
@unmanaged
@final
export class Quota {
  /** What may still be made, by QuotaKind. Below 0 where the kernel had to make more (`lendTables`). */
  framesLeft: i32;
  tablesLeft: i32;
  regionsLeft: i32;
  handlesLeft: i32;
  /** The limits. */
  frames: i32;
  tables: i32;
  regions: i32;
  handles: i32;
  /** Spaces and memory objects. */
  holders: u32;
}
const QUOTA_OBJECT_BYTES: u32 = 36;
if (offsetof<Quota>() != 36) ERROR("Quota is 36 bytes");
const LIMITS: usize = 16;
if (offsetof<Quota>("frames") != 16) ERROR("limits follow what is left");

const quotaKind = makeKind("quota", QUOTA_OBJECT_BYTES);

/** What a limit is that nobody set: more than there can be of anything. */
const NO_LIMIT: i32 = 0x4000_0000;
if (<u32>0x4000_0000 <= MOST_OF_QUOTA) ERROR("no limit is above all limits");

/** Of all tasks without limits. Nobody need hold it. */
const open = memory.data(40, 8);
for (let kind: u32 = 0; kind < QUOTA_KINDS; kind++) setLimit(openQuota(), kind, 0);

export function openQuota(): Quota {
  return changetype<Quota>(open);
}

/** A quota without limits that nobody holds yet; null when there is no memory. */
export function makeQuota(): Quota | null {
  const quota = changetype<Quota | null>(allocateObject(quotaKind));
  if (quota == null) return null;
  for (let kind: u32 = 0; kind < QUOTA_KINDS; kind++) setLimit(quota, kind, 0);
  return quota;
}

/** `limit` is up to MOST_OF_QUOTA; 0: there is none. Of a quota of which nothing is used. */
export function setLimit(quota: Quota, kind: u32, limit: u32): void {
  const value: i32 = limit == 0 ? NO_LIMIT : <i32>limit;
  store<i32>(placeOf(quota, kind), value);
  store<i32>(placeOf(quota, kind), value, LIMITS);
}

function placeOf(quota: Quota, kind: u32): usize {
  return changetype<usize>(quota) + ((<usize>kind) << 2);
}

/** 0: there is none. */
export function limitOf(quota: Quota, kind: u32): u32 {
  const limit = load<i32>(placeOf(quota, kind), LIMITS);
  return limit == NO_LIMIT ? 0 : <u32>limit;
}

/** What is there of it. */
export function usedOf(quota: Quota, kind: u32): u32 {
  return <u32>(load<i32>(placeOf(quota, kind), LIMITS) - load<i32>(placeOf(quota, kind)));
}

export function holdQuota(quota: Quota): Quota {
  quota.holders += 1;
  return quota;
}

/** Nobody's any more, it goes: all that was counted must be gone by then. */
export function dropQuota(quota: Quota): void {
  quota.holders -= 1;
  if (quota.holders != 0 || quota == openQuota()) return;
  assert(isUnused(quota) || stuckFrames() != 0, "something that a quota counts has outlived it");
  const error = freeObject(quotaKind, changetype<usize>(quota));
  assert(error == HeapError.NONE, "a quota could not be freed");
}

/** Is there nothing of what it counts? */
export function isUnused(quota: Quota): bool {
  for (let kind: u32 = 0; kind < QUOTA_KINDS; kind++) if (usedOf(quota, kind) != 0) return false;
  return true;
}

/** What was refused last: a QuotaKind, and of which quota; null: nothing was since somebody asked. */
let refusedKind: u32 = 0;
let refusedOf: Quota | null = null;

/** Notes a refusal, and says so: false. */
function refuse(quota: Quota, kind: u32): bool {
  refusedKind = kind;
  refusedOf = quota;
  return false;
}

/** Of the refusal that `takeRefused` returned: its QuotaKind. */
export function kindRefused(): u32 {
  return refusedKind;
}

/** The quota that has refused something since this was asked last; null: none has. */
export function takeRefused(): Quota | null {
  const quota = refusedOf;
  refusedOf = null;
  return quota;
}

/** Called through a variable, so that quick ways do not save registers for it: frames/allocator.ts. */
let refuseSlowly: (quota: Quota, kind: u32) => bool = refuse;
refuseSlowly = refuse;

/** Counts `count` frames that are about to be made. False: there would be too many. */
@inline
export function takeFrames(quota: Quota, count: i32): bool {
  if (quota.framesLeft < count) return refuseSlowly(quota, QuotaKind.FRAMES);
  quota.framesLeft -= count;
  return true;
}

/** May there be a frame more? It is counted when it has come. */
@inline
export function mayHaveFrame(quota: Quota): bool {
  return quota.framesLeft > 0 || refuseSlowly(quota, QuotaKind.FRAMES);
}

/** Counts a table that is about to be made. False: there would be too many. */
export function takeTable(quota: Quota): bool {
  if (quota.tablesLeft <= 0) return refuseSlowly(quota, QuotaKind.TABLES);
  quota.tablesLeft -= 1;
  return true;
}

/** The same for `count` regions. */
@inline
export function mayHaveRegions(quota: Quota, count: i32): bool {
  return quota.regionsLeft >= count || refuseSlowly(quota, QuotaKind.REGIONS);
}

/** Counts a handle. */
export function takeHandle(quota: Quota): bool {
  if (quota.handlesLeft <= 0) return refuse(quota, QuotaKind.HANDLES);
  quota.handlesLeft -= 1;
  return true;
}

/** As many tables as the kernel may need to take back from a task what it was lent. */
const LOAN: i32 = 0x1000_0000;

/** Until `endLoan` there may be tables of any number: what they are made for must not fail because the task that they are of has no quota left. */
export function lendTables(quota: Quota): void {
  quota.tablesLeft += LOAN;
}

export function endLoan(quota: Quota): void {
  quota.tablesLeft -= LOAN;
}
