/** What the modelled firmware and the machine around it owe each other. */

/** The machine's physical memory. Addresses are physical, in bytes; words are naturally aligned, little-endian. */
export interface FirmwareHost {
  load8(address: bigint): number;
  load16(address: bigint): number;
  load32(address: bigint): number;
  load64(address: bigint): bigint;
  store8(address: bigint, value: number): void;
  store16(address: bigint, value: number): void;
  store32(address: bigint, value: number): void;
  store64(address: bigint, value: bigint): void;
  /** Copies `bytes` to physical memory. */
  copyIn(address: bigint, bytes: Uint8Array): void;
}

/** EFI_MEMORY_TYPE (UEFI 2.10 §7.2). Other numbers exist: OEM and OS types from 0x7000_0000 up, and whatever broken firmware makes up. */
export const MemoryType = {
  RESERVED: 0,
  LOADER_CODE: 1,
  LOADER_DATA: 2,
  BOOT_SERVICES_CODE: 3,
  BOOT_SERVICES_DATA: 4,
  RUNTIME_SERVICES_CODE: 5,
  RUNTIME_SERVICES_DATA: 6,
  CONVENTIONAL: 7,
  UNUSABLE: 8,
  ACPI_RECLAIM: 9,
  ACPI_NVS: 10,
  MMIO: 11,
  MMIO_PORT: 12,
  PAL_CODE: 13,
  PERSISTENT: 14,
} as const;

/** EFI_MEMORY_DESCRIPTOR. No field is checked: a wild map is a thing to try. */
export interface FirmwareDescriptor {
  readonly type: number;
  readonly physicalStart: bigint;
  readonly pageCount: bigint;
  readonly attribute: bigint;
}

/**
 * What becomes of the map when the boot agent allocates memory:
 * - `carved`: the descriptor is split and the part has the type asked for, as on real firmware;
 * - `hidden`: the map that the kernel sees is exactly the one given; what is in use, only bootinfo says.
 */
export type AllocationStyle = "carved" | "hidden";

export interface FirmwareMap {
  /** Bytes from one descriptor to the next: 40 at least, a multiple of 8. */
  readonly stride: number;
  readonly descriptors: readonly FirmwareDescriptor[];
  /** `carved` when absent. */
  readonly allocations?: AllocationStyle;
  /** Where a PC's memory modules answer, what the firmware takes for itself and the hole below 1 MiB included; for a map that is a PC's. */
  readonly installed?: readonly RamRange[];
  /** ACPI tables as they are, headers and checksums included, in place of those that the firmware would make. */
  readonly tables?: GivenTables;
}

export const GIVEN_TABLES = ["APIC", "SRAT", "SLIT", "HPET"] as const;
export type GivenTables = { readonly [Signature in (typeof GIVEN_TABLES)[number]]?: Uint8Array };

/** Where the boot agent left for the kernel: physical `cr3` and `bootinfo`, virtual `entry`. */
export interface Handover {
  readonly entry: bigint;
  readonly cr3: bigint;
  readonly bootinfo: bigint;
}

/** Physical bytes [start, end) that hold RAM. */
export interface RamRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** Things that go wrong on real firmware, on demand. */
export interface FirmwareFaults {
  /** The map changes this many times between GetMemoryMap and ExitBootServices, which then refuses the stale key. */
  readonly staleMapKeys?: number;
  /** RAM that joins the map between GetMemoryMap and the first ExitBootServices, which refuses the stale key. */
  readonly lateMemory?: FirmwareDescriptor;
  /** From the n-th AllocatePages or AllocatePool on (from 1), all fail with EFI_OUT_OF_RESOURCES. */
  readonly failAllocation?: number;
  /** Read returns at most this many bytes a call. */
  readonly readLimit?: number;
  /** Files that end early: path to the number of bytes that Read gives, whatever GetInfo says. */
  readonly truncatedReads?: ReadonlyMap<string, number>;
  /** Writes nonsense over this ACPI table's checksum. */
  readonly badChecksum?: "RSDP" | "XSDT" | "APIC" | "SRAT" | "SLIT" | "HPET";
  /** There are no ACPI tables at all. */
  readonly withoutAcpi?: true;
  /** The processor was left with five-level paging on. */
  readonly fiveLevels?: true;
}

export interface BootAgentOptions {
  /** CPUID of the modelled CPU: `register` is 0 EAX, 1 EBX, 2 ECX, 3 EDX. Default: 48-bit physical addresses, no 1 GiB pages. */
  cpuid?(leaf: number, subleaf: number, register: number): number;
  /** 64 unpredictable bits; only asked without a seed. Default: the operating system's. */
  entropy64?(): bigint;
  /** What the boot agent prints, line by line, without the line end. */
  print?(line: string): void;
  /** CPUs that the MADT lists. Default 1. */
  readonly cpus?: number;
  /** Nodes that SRAT and SLIT tell of; with 1 (the default) there is neither. */
  readonly numaNodes?: number;
  readonly faults?: FirmwareFaults;
}

/**
 * The boot agent gave up. `status` is the exit status (64 bad boot.cfg, 1 bad kernel or program file, 70 anything else), `reason` the
 * error's name, such as "ProgramMissing", and `message` the whole sentence.
 */
export class BootAgentError extends Error {
  override readonly name = "BootAgentError";
  constructor(
    message: string,
    readonly status: number,
    readonly reason: string,
  ) {
    super(message);
  }
}
