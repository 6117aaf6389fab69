import { cpuid } from "platform";

/**
 * How many colours this CPU's frames have: frames of different colours never meet in a set of its second-level cache.
 *
 * The second level, because it is the one that colours decide about: the first is indexed by bits of the offset within a page, and so has
 * one colour; the last is shared by all CPUs, and a hash of the whole address chooses its slices, so that a frame's number says
 * nothing about it. Processors say when an index is such a hash (EDX bit 2).
 *
 *     CPUID leaf 4 (Intel, SDM 2A), 0x8000001D (AMD, APM 3 E.4.15), one subleaf a cache
 *     EAX   4:0 kind: 0 none, 1 data, 2 instructions, 3 both      7:5 level
 *     EBX  11:0 bytes of a line - 1   21:12 partitions of a line - 1   31:22 ways - 1
 *     ECX       sets - 1
 *     EDX   bit 2: the index is a hash
 */
const EAX: u32 = 0;
const EBX: u32 = 1;
const ECX: u32 = 2;
const EDX: u32 = 3;

const INTEL_LEAF: u32 = 4;
const AMD_LEAF: u32 = 0x8000_001d;
/** CPUID.80000001H:ECX: there is `AMD_LEAF`. */
const TOPOLOGY_EXTENSIONS: u32 = 1 << 22;
const NO_LEAF: u32 = 0;
const NO_KIND: u32 = 0;
const INSTRUCTIONS: u32 = 2;
const LEVEL: u32 = 2;
const HASHED: u32 = 1 << 2;

/** More subleaves than this are nonsense. */
const MAX_CACHES: u32 = 16;
/** So is a way of more than this. */
const MAX_WAY_BYTES: u64 = 1 << 30;
const FRAME_BYTES: u64 = 4096;
/** Sets of colours are 64 bits. Frames that differ in a colour of these differ in one of more. */
export const MAX_COLOURS: u32 = 64;

/** A power of two, at most `MAX_COLOURS`; 1 when the processor does not say, or says what cannot be. */
export function cacheColours(): u32 {
  const leaf = cacheLeaf();
  for (let index: u32 = 0; leaf != NO_LEAF && index < MAX_CACHES; index++) {
    const kind = cpuid(leaf, index, EAX) & 31;
    if (kind == NO_KIND) break;
    if (kind != INSTRUCTIONS && ((cpuid(leaf, index, EAX) >> 5) & 7) == LEVEL) return coloursOf(leaf, index);
  }
  return 1;
}

/** Processors of AMD have leaf 4 too, and say there that there is no cache. */
function cacheLeaf(): u32 {
  if (cpuid(0, 0, EAX) >= INTEL_LEAF && (cpuid(INTEL_LEAF, 0, EAX) & 31) != NO_KIND) return INTEL_LEAF;
  const extended = cpuid(0x8000_0000, 0, EAX);
  if (extended < AMD_LEAF || (cpuid(0x8000_0001, 0, ECX) & TOPOLOGY_EXTENSIONS) == 0) return NO_LEAF;
  return AMD_LEAF;
}

/** Frames that lie in a way of the cache side by side. */
function coloursOf(leaf: u32, index: u32): u32 {
  if ((cpuid(leaf, index, EDX) & HASHED) != 0) return 1;
  const line = cpuid(leaf, index, EBX);
  const lineBytes: u64 = <u64>(line & 0xfff) + 1;
  const partitions: u64 = <u64>((line >> 12) & 0x3ff) + 1;
  const sets: u64 = <u64>cpuid(leaf, index, ECX) + 1;
  const wayBytes: u64 = lineBytes * partitions * sets;
  if (wayBytes < FRAME_BYTES || wayBytes > MAX_WAY_BYTES || !isPowerOfTwo(wayBytes)) return 1;
  return <u32>min<u64>(wayBytes / FRAME_BYTES, MAX_COLOURS);
}

function isPowerOfTwo(value: u64): bool {
  return (value & (value - 1)) == 0;
}
