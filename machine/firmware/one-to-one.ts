import type { FirmwareMemory } from "./memory.ts";
import type { Pages } from "./pages.ts";
import { PAGE_BYTES, ramRanges } from "./ranges.ts";
import { type FirmwareMap, MemoryType } from "./types.ts";

const GIGABYTE = 1n << 30n;
const LARGE_PAGE = 1n << 21n;
/** Present, writable. */
const TABLE_BITS = 3n;
/** Present, writable, PS (SDM 3A 4.5). */
const LARGE_PAGE_BITS = 0x83n;
/** One page-directory-pointer table: enough for the lower half's first entry. */
const MOST_GIGABYTES = 512n;

/**
 * The page tables that UEFI runs with: memory one to one (UEFI 2.10 §2.3.4), here by 2 MiB pages. They lie in boot services memory of
 * the map where there is room, as on real firmware. Returns CR3; 0 on a machine too small for them, and then for a kernel too.
 */
export function buildOneToOne(memory: FirmwareMemory, pages: Pages, map: FirmwareMap): bigint {
  const gigabytes = gigabytesToMap(map);
  const needed = 2n + gigabytes;
  const place = placeFor(map, needed) ?? pages.allocate(needed, MemoryType.BOOT_SERVICES_DATA);
  if (place === undefined) return 0n;
  memory.fill(place, Number(2n * PAGE_BYTES), 0);
  memory.store64(place, (place + PAGE_BYTES) | TABLE_BITS);
  for (let i = 0n; i < gigabytes; i++) {
    const directory = place + (2n + i) * PAGE_BYTES;
    memory.store64(place + PAGE_BYTES + i * 8n, directory | TABLE_BITS);
    memory.write(directory, directoryBytes(i * GIGABYTE));
  }
  return place;
}

/** Four at least, for what firmware has below 4 GiB. */
function gigabytesToMap(map: FirmwareMap): bigint {
  const end = ramRanges(map).at(-1)?.end ?? 0n;
  const gigabytes = (end + GIGABYTE - 1n) / GIGABYTE;
  if (gigabytes > MOST_GIGABYTES) return MOST_GIGABYTES;
  return gigabytes < 4n ? 4n : gigabytes;
}

function placeFor(map: FirmwareMap, pageCount: bigint): bigint | undefined {
  const isBacked = (start: bigint): boolean =>
    ramRanges(map).some((range) => range.start <= start && start + pageCount * PAGE_BYTES <= range.end);
  const isOwn = map.descriptors.find(
    (one) =>
      one.type === MemoryType.BOOT_SERVICES_DATA &&
      one.pageCount >= pageCount &&
      one.physicalStart > 0n &&
      isBacked(one.physicalStart),
  );
  return isOwn?.physicalStart;
}

function directoryBytes(base: bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(Number(PAGE_BYTES)));
  for (let i = 0; i < 512; i++) view.setBigUint64(i * 8, (base + BigInt(i) * LARGE_PAGE) | LARGE_PAGE_BITS, true);
  return new Uint8Array(view.buffer);
}
