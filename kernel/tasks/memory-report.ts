import { flags } from "../bootinfo/bootinfo";
import { BootFlag } from "../bootinfo/layout";
import { QUOTA_KINDS } from "../quotas/layout";
import { limitOf, Quota, usedOf } from "../quotas/quota";
import { framesHeldAlone } from "../spaces/holdings";
import { Backing, Region } from "../spaces/region";
import { firstFrom, regionsIn } from "../spaces/region-tree";
import { measureRegion, regionCount, tablesOf } from "../spaces/residence";
import { Space } from "../spaces/space";
import { REGION_COUNTERS } from "../trace/counters";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";

/** What a task has of memory, as records, when the boot was asked for it: before the space goes. They are about the task that the trace is. */
export function reportMemoryIfWanted(space: Space): void {
  if ((flags() & BootFlag.FRAMES) == 0 || space.root == 0) return;
  const table = space.handles;
  const handles: u64 = table == null ? 0 : popcnt<u64>(table.used);
  trace(
    RecordKind.TASK_MEMORY,
    framesHeldAlone(space, space),
    tablesOf(space.root),
    (<u64>regionsIn(space.regions)) | (handles << 32),
  );
  reportQuota(space.quota);
  let region = firstFrom(space.regions, 0);
  while (region != null) {
    reportRegion(space, region);
    region = firstFrom(space.regions, region.last + 1);
  }
}

function reportQuota(quota: Quota): void {
  for (let kind: u32 = 0; kind < QUOTA_KINDS; kind++) {
    const limit = limitOf(quota, kind);
    if (limit != 0) trace(RecordKind.TASK_QUOTA, kind, limit, usedOf(quota, kind));
  }
}

function reportRegion(space: Space, region: Region): void {
  const what = (<u64>region.kind) | ((<u64>region.rights) << 8) | ((<u64>region.sealed) << 16);
  trace(RecordKind.REGION, region.first, region.last, what);
  if (region.backing == Backing.OBJECT) trace(RecordKind.REGION_OFFSET, region.offset, 0, 0);
  measureRegion(space.root, region);
  for (let counter: u32 = 0; counter < REGION_COUNTERS; counter++) {
    const bytes = regionCount(counter);
    if (bytes != 0) trace(RecordKind.REGION_BYTES, counter, bytes, 0);
  }
}
