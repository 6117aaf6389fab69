/** What the embedded kernel exports (platform/embedded/entry.ts). WebAssembly's i64 are bigints, signed when they come out. */
export interface KernelExports extends MachineCalls {
  readonly memory: WebAssembly.Memory;

  boot(bootinfo: bigint): void;
  start(): void;
  trap(vector: number, error: bigint, address: bigint, fromUser: number): void;

  ramDeclare(first: bigint, bytes: bigint): number;
  /** Linear address of physical memory; the rest of its frame follows. */
  ramAt(address: bigint): number;
  featuresHide(mask: number): void;
  cpuid(leaf: number, subleaf: number, register: number): number;
  writeCr0(value: bigint): void;
  writeCr3(value: bigint): void;
  writeCr4(value: bigint): void;
  writeMsr(index: number, value: bigint): void;
  /** Of the CPU that runs. */
  readCr3(): bigint;
  readMsr(index: number): bigint;
  /** Linear address of a virtual address, for an access of the kinds in model/mmu/access.ts; 0 if it faults. */
  translate(address: bigint, access: number): number;

  cpusDeclare(count: number): void;
  turnsSeed(seed: bigint): void;
  takeTurn(): void;
  contextNext(): number;
  contextEntry(context: number): bigint;
  contextSerial(context: number): number;
  contextEnter(context: number): void;
  /** The context that was forked from the program that has just stopped; 0 for none. Told once. */
  contextTakeForked(): number;
  /** 0 if the running program's task is gone. */
  isCurrentAlive(): number;
  programStarts(): void;
  programResumes(): void;
  programFetch(address: bigint): number;
  programTrap(vector: number): number;
  programStackOverflow(): number;
  isInKernel(): number;
  setInKernel(value: number): void;
}

/** What programs import as `machine`, bound to them directly: no JavaScript lies between. */
export interface MachineCalls {
  userLoad8(address: bigint): number;
  userLoad16(address: bigint): number;
  userLoad32(address: bigint): number;
  userLoad64(address: bigint): bigint;
  userStore8(address: bigint, value: number): void;
  userStore16(address: bigint, value: number): void;
  userStore32(address: bigint, value: number): void;
  userStore64(address: bigint, value: bigint): void;
  userClock(): bigint;
  userExecute(address: bigint): void;
  userSyscall(number: number, a: bigint, b: bigint, c: bigint, d: bigint, e: bigint, f: bigint): bigint;
}

/** The modelled machine's own name for an access, model/mmu/access.ts. */
export const KERNEL_FETCH = 2;
