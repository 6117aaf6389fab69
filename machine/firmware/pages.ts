import { freeRanges, merge, PAGE_BYTES, subtract } from "./ranges.ts";
import { type FirmwareDescriptor, type FirmwareMap, MemoryType, type RamRange } from "./types.ts";

const FOUR_GIGABYTES = 1n << 32n;

/** The firmware's page allocator, and the memory map that tells of it. */
export class Pages {
  readonly stride: number;
  private readonly isHidden: boolean;
  private list: FirmwareDescriptor[];
  private free: RamRange[];
  private key = 0x4e49_0001n;

  constructor(map: FirmwareMap) {
    this.stride = map.stride;
    this.isHidden = map.allocations === "hidden";
    this.list = [...map.descriptors];
    this.free = freeRanges(map);
  }

  get descriptors(): readonly FirmwareDescriptor[] {
    return this.list;
  }

  /** Changes whenever the map does (UEFI 2.10 §7.2.3). */
  get mapKey(): bigint {
    return this.key;
  }

  /** The highest free pages below 4 GiB, else the highest of all. Undefined: there are not so many in one piece. */
  allocate(pageCount: bigint, type: number): bigint | undefined {
    const size = pageCount * PAGE_BYTES;
    if (pageCount === 0n) return undefined;
    const fits = (range: RamRange): boolean => range.end - range.start >= size;
    const low = subtract(this.free, [{ start: FOUR_GIGABYTES, end: 1n << 64n }]).filter(fits);
    const range = low.at(-1) ?? this.free.filter(fits).at(-1);
    if (range === undefined) return undefined;
    this.take({ start: range.end - size, end: range.end }, type);
    return range.end - size;
  }

  /** Whether these very pages were free; they no longer are. */
  allocateAt(address: bigint, pageCount: bigint, type: number): boolean {
    const wanted = { start: address, end: address + pageCount * PAGE_BYTES };
    const isFree = this.free.some(({ start, end }) => start <= wanted.start && wanted.end <= end);
    if (pageCount === 0n || address % PAGE_BYTES !== 0n || !isFree) return false;
    this.take(wanted, type);
    return true;
  }

  release(address: bigint, pageCount: bigint): boolean {
    const given = { start: address, end: address + pageCount * PAGE_BYTES };
    const isPartlyFree = this.free.some(({ start, end }) => start < given.end && given.start < end);
    if (pageCount === 0n || address % PAGE_BYTES !== 0n || isPartlyFree) return false;
    this.free = merge([...this.free, given]);
    this.retype(given, MemoryType.CONVENTIONAL);
    return true;
  }

  /** Something in the firmware took a page for itself. */
  disturb(): void {
    this.allocate(1n, MemoryType.BOOT_SERVICES_DATA);
    this.key += 1n;
  }

  /** The map gains a descriptor; nothing is handed out of it. */
  add(descriptor: FirmwareDescriptor): void {
    this.list = [...this.list, descriptor];
    this.key += 1n;
  }

  private take(range: RamRange, type: number): void {
    this.free = subtract(this.free, [range]);
    this.retype(range, type);
  }

  private retype(range: RamRange, type: number): void {
    this.key += 1n;
    if (this.isHidden) return;
    this.list = mergeNeighbours(this.list.flatMap((descriptor) => split(descriptor, range, type)));
  }
}

const ALLOCATED_TYPES: ReadonlySet<number> = new Set([
  MemoryType.CONVENTIONAL,
  MemoryType.LOADER_DATA,
  MemoryType.LOADER_CODE,
  MemoryType.BOOT_SERVICES_DATA,
]);

/** A descriptor with the part that lies in `range` given another type. Wild descriptors never overlap what is allocated. */
function split(descriptor: FirmwareDescriptor, range: RamRange, type: number): FirmwareDescriptor[] {
  const start = descriptor.physicalStart;
  const end = start + descriptor.pageCount * PAGE_BYTES;
  if (!ALLOCATED_TYPES.has(descriptor.type) || end <= range.start || start >= range.end) return [descriptor];
  const from = start > range.start ? start : range.start;
  const to = end < range.end ? end : range.end;
  const piece = (a: bigint, b: bigint, pieceType: number): FirmwareDescriptor[] =>
    a < b ? [{ ...descriptor, type: pieceType, physicalStart: a, pageCount: (b - a) / PAGE_BYTES }] : [];
  return [...piece(start, from, descriptor.type), ...piece(from, to, type), ...piece(to, end, descriptor.type)];
}

/** As firmware does: adjoining memory of the agent, or free, is one descriptor. What the map came with stays as it was. */
function mergeNeighbours(list: readonly FirmwareDescriptor[]): FirmwareDescriptor[] {
  const merged: FirmwareDescriptor[] = [];
  for (const next of list) {
    const last = merged.at(-1);
    const adjoins = last !== undefined && last.physicalStart + last.pageCount * PAGE_BYTES === next.physicalStart;
    const isAlike = adjoins && last.type === next.type && last.attribute === next.attribute;
    const isOurs = next.type === MemoryType.CONVENTIONAL || next.type === MemoryType.LOADER_DATA;
    if (isAlike && isOurs) merged[merged.length - 1] = { ...last, pageCount: last.pageCount + next.pageCount };
    else merged.push(next);
  }
  return merged;
}
