import { claimsOf, EfiType, PAGE, type Descriptor, type Handover } from "./memory-kernel.ts";

/**
 * What the kernel should make of a firmware's map, decided for one page at a time from the words of UEFI 2.10 §7.2: slow, and with
 * nothing in common with the kernel's sweep.
 */

export type Kind =
  | "hole"
  | "free"
  | "boot agent"
  | "low memory"
  | "handover tables"
  | "bootinfo"
  | "module"
  | "kernel"
  | "ACPI tables"
  | "ACPI NVS"
  | "runtime services"
  | "unaccepted"
  | "persistent"
  | "reserved"
  | "MMIO"
  | "unusable";

/** From the least to the most restrictive. */
const FIRMWARE_KINDS: readonly Kind[] = [
  "free",
  "boot agent",
  "ACPI tables",
  "ACPI NVS",
  "runtime services",
  "unaccepted",
  "persistent",
  "reserved",
  "MMIO",
  "unusable",
];

const KIND_OF_TYPE = new Map<number, Kind>([
  [EfiType.LOADER_CODE, "boot agent"],
  [EfiType.LOADER_DATA, "boot agent"],
  [EfiType.BOOT_CODE, "free"],
  [EfiType.BOOT_DATA, "free"],
  [EfiType.RUNTIME_CODE, "runtime services"],
  [EfiType.RUNTIME_DATA, "runtime services"],
  [EfiType.CONVENTIONAL, "free"],
  [EfiType.UNUSABLE, "unusable"],
  [EfiType.ACPI_RECLAIM, "ACPI tables"],
  [EfiType.ACPI_NVS, "ACPI NVS"],
  [EfiType.MMIO, "MMIO"],
  [EfiType.MMIO_PORTS, "MMIO"],
  [EfiType.PERSISTENT, "persistent"],
  [EfiType.UNACCEPTED, "unaccepted"],
]);

const RUNTIME = 1n << 63n;
const SPECIFIC_PURPOSE = 1n << 18n;
const EVERYTHING = 1n << 52n;
const TRAMPOLINE_PAGES = 0xa0n;

export type MapVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly error: "no RAM" }
  | { readonly ok: false; readonly error: "outside RAM" | "overlap"; readonly address: bigint };

interface Run {
  readonly first: bigint;
  readonly end: bigint;
  readonly kind: Kind;
}

export class MapModel {
  readonly #runs: readonly Run[];
  readonly #claims: readonly Run[];
  readonly #trampoline: bigint | undefined;
  readonly anomalies: Readonly<Record<string, number>>;

  constructor(handover: Handover, physicalBits: number) {
    const limit = 1n << BigInt(physicalBits - 12);
    this.#runs = handover.descriptors.map((one) => runOf(one, limit)).filter((run) => run !== undefined);
    this.#claims = claimsOf(handover).map(({ kind, first, bytes }) => ({
      kind: kind === "handover" ? "handover tables" : kind,
      first: first / PAGE,
      end: (first + bytes + PAGE - 1n) / PAGE,
    }));
    this.anomalies = countAnomalies(handover.descriptors, this.#runs, limit);
    for (let page = 1n; page < TRAMPOLINE_PAGES && this.#trampoline === undefined; page++) {
      if (this.kindAt(page) === "free") this.#trampoline = page;
    }
  }

  /** Pages at which something starts or ends, and their neighbours. */
  get edges(): bigint[] {
    const edges = [...this.#runs, ...this.#claims].flatMap(({ first, end }) => [first - 1n, first, end - 1n, end]);
    return edges.filter((page) => page >= 0n && page < EVERYTHING);
  }

  kindAt(page: bigint): Kind {
    const firmware = this.#firmwareAt(page);
    const claim = this.#claimsAt(page)[0];
    if (claim !== undefined) return claim;
    const isLow = page === 0n || page === this.#trampoline;
    return isLow && (firmware === "free" || firmware === "boot agent") ? "low memory" : firmware;
  }

  verdict(): MapVerdict {
    if (!this.#runs.some(({ kind }) => kind === "free" || kind === "boot agent")) return { ok: false, error: "no RAM" };
    for (const page of this.#claimedPages()) {
      const firmware = this.#firmwareAt(page);
      const address = page * PAGE;
      if (firmware !== "free" && firmware !== "boot agent") return { ok: false, error: "outside RAM", address };
      if (new Set(this.#claimsAt(page)).size > 1) return { ok: false, error: "overlap", address };
    }
    return { ok: true };
  }

  #claimedPages(): bigint[] {
    const pages = new Set<bigint>();
    for (const { first, end } of this.#claims) for (let page = first; page < end; page++) pages.add(page);
    return [...pages].sort((a, b) => (a < b ? -1 : 1));
  }

  #firmwareAt(page: bigint): Kind {
    const here = this.#runs.filter(({ first, end }) => first <= page && page < end).map(({ kind }) => kind);
    return FIRMWARE_KINDS.findLast((kind) => here.includes(kind)) ?? "hole";
  }

  #claimsAt(page: bigint): Kind[] {
    return this.#claims.filter(({ first, end }) => first <= page && page < end).map(({ kind }) => kind);
  }
}

export function isRamKind(kind: Kind): boolean {
  return !["hole", "unaccepted", "persistent", "reserved", "MMIO", "unusable"].includes(kind);
}

function kindOf({ type, attribute = 0xfn }: Descriptor): Kind {
  const kind = KIND_OF_TYPE.get(type) ?? "reserved";
  if (kind !== "free" && kind !== "boot agent") return kind;
  if ((attribute & RUNTIME) !== 0n) return "runtime services";
  return (attribute & SPECIFIC_PURPOSE) !== 0n ? "reserved" : kind;
}

/** The pages that a descriptor speaks of, as far as it is believed. RAM is believed wholly or not at all. */
function runOf(one: Descriptor, limit: bigint): Run | undefined {
  if (one.pages === 0n) return undefined;
  const kind = kindOf(one);
  const isDoubtful = isRamKind(kind) && (one.start % PAGE !== 0n || reach(one) > limit);
  if (isDoubtful && (kind === "free" || kind === "boot agent")) return undefined;
  const first = one.start / PAGE;
  const end = reach(one) < limit ? reach(one) : limit;
  return first < end ? { first, end, kind: isDoubtful ? "reserved" : kind } : undefined;
}

function wraps({ start, pages }: Descriptor): boolean {
  return start + pages * PAGE > 1n << 64n;
}

function countAnomalies(
  descriptors: readonly Descriptor[],
  runs: readonly Run[],
  limit: bigint,
): Record<string, number> {
  const present = descriptors.filter(({ pages }) => pages > 0n);
  const count = (test: (one: Descriptor, index: number) => boolean) => present.filter(test).length;
  return {
    "out of order": descriptors.filter(({ start }, index) => index > 0 && start < descriptors[index - 1]!.start).length,
    "of no length": descriptors.length - present.length,
    "not page-aligned": count(({ start }) => start % PAGE !== 0n),
    "wrapping around 2^64": count(wraps),
    "beyond the CPU's physical addresses": count((one) => !wraps(one) && reach(one) > limit),
    "of unknown type": descriptors.filter(({ type }) => type > 15).length,
    overlapping: countOverlaps(runs),
  };
}

/** One past the last page that a descriptor touches. */
function reach({ start, pages }: Descriptor): bigint {
  return (start + pages * PAGE + PAGE - 1n) / PAGE;
}

/** Runs that begin inside another, or where another began. */
function countOverlaps(runs: readonly Run[]): number {
  const inside = (run: Run, index: number) =>
    runs.some(
      (other, at) => other.first <= run.first && run.first < other.end && (other.first < run.first || at < index),
    );
  return runs.filter(inside).length;
}
