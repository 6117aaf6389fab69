import type { EfiFunction } from "./functions.ts";
import type { FirmwareMemory } from "./memory.ts";
import type { Pages } from "./pages.ts";
import { EFI, FirmwareMisuse } from "./status.ts";
import type { FirmwareFaults } from "./types.ts";

/** A GUID as the two words that it is in memory, and the interface that it names. */
export interface Protocol {
  readonly low: bigint;
  readonly high: bigint;
  readonly address: bigint;
}

const DESCRIPTOR_BYTES = 40n;
/** What firmware leaves between descriptors is anything. */
const PADDING_BYTE = 0xa5;

/** `running`: everything works; `leaving`: ExitBootServices was refused, and only the map may be asked for; `left`: nothing works. */
type Phase = "running" | "leaving" | "left";

/** EFI_BOOT_SERVICES, as much of it as a boot agent needs (UEFI 2.10 §4.4, §7). */
export class BootServices {
  private phase: Phase = "running";
  private allocationCount = 0;
  private staleKeysLeft: number;
  private readonly pools = new Map<bigint, bigint>();
  private readonly memory: FirmwareMemory;
  private readonly pages: Pages;
  private readonly protocols: readonly Protocol[];
  private readonly faults: FirmwareFaults;

  constructor(memory: FirmwareMemory, pages: Pages, protocols: readonly Protocol[], faults: FirmwareFaults) {
    this.memory = memory;
    this.pages = pages;
    this.protocols = protocols;
    this.faults = faults;
    this.staleKeysLeft = faults.staleMapKeys ?? 0;
  }

  /** Nothing but GetMemoryMap and ExitBootServices is to be called any more, the console included (UEFI 2.10 §7.4.6). */
  get areEnding(): boolean {
    return this.phase !== "running";
  }

  get haveEnded(): boolean {
    return this.phase === "left";
  }

  /** Function pointers by their offset in the table. */
  functions(): Record<number, EfiFunction> {
    const running = (name: string, target: EfiFunction): EfiFunction => this.onlyWhile(["running"], name, target);
    const always = (name: string, target: EfiFunction): EfiFunction =>
      this.onlyWhile(["running", "leaving"], name, target);
    return {
      40: running("AllocatePages", (kind, type, count, out) => this.allocatePages(kind!, type!, count!, out!)),
      48: running("FreePages", (address, count) => this.status(this.pages.release(address!, count!))),
      56: always("GetMemoryMap", (...args) => this.getMemoryMap(args)),
      64: running("AllocatePool", (type, size, out) => this.allocatePool(type!, size!, out!)),
      72: running("FreePool", (address) => this.freePool(address!)),
      152: running("HandleProtocol", (_handle, guid, out) => this.findProtocol(guid!, out!)),
      232: always("ExitBootServices", (_image, key) => this.exit(key!)),
      248: running("Stall", () => EFI.SUCCESS),
      256: running("SetWatchdogTimer", () => EFI.SUCCESS),
      320: running("LocateProtocol", (guid, _registration, out) => this.findProtocol(guid!, out!)),
      352: running("CopyMem", (to, from, size) => this.copy(to!, from!, size!)),
      360: running("SetMem", (at, size, byte) => this.fill(at!, size!, byte!)),
    };
  }

  private onlyWhile(phases: readonly Phase[], name: string, target: EfiFunction): EfiFunction {
    return (...args) => {
      if (!phases.includes(this.phase))
        throw new FirmwareMisuse(`${name} was called when boot services were "${this.phase}"`);
      return target(...args);
    };
  }

  private status(succeeded: boolean): bigint {
    return succeeded ? EFI.SUCCESS : EFI.NOT_FOUND;
  }

  private isAllocationRefused(): boolean {
    this.allocationCount += 1;
    return this.allocationCount >= (this.faults.failAllocation ?? Infinity);
  }

  /** EFI_ALLOCATE_TYPE: 0 any pages, 2 at the address given; 1 (below an address) is not used here. */
  private allocatePages(kind: bigint, type: bigint, count: bigint, out: bigint): bigint {
    if (this.isAllocationRefused()) return EFI.OUT_OF_RESOURCES;
    if (kind === 2n) return this.status(this.pages.allocateAt(this.memory.load64(out), count, Number(type)));
    if (kind !== 0n) return EFI.UNSUPPORTED;
    const address = this.pages.allocate(count, Number(type));
    if (address === undefined) return EFI.OUT_OF_RESOURCES;
    this.memory.store64(out, address);
    return EFI.SUCCESS;
  }

  private allocatePool(type: bigint, size: bigint, out: bigint): bigint {
    const count = (size + 4095n) / 4096n;
    const status = this.allocatePages(0n, type, count, out);
    if (status === EFI.SUCCESS) this.pools.set(this.memory.load64(out), count);
    return status;
  }

  private freePool(address: bigint): bigint {
    const count = this.pools.get(address);
    if (count === undefined) return EFI.INVALID_PARAMETER;
    this.pools.delete(address);
    return this.status(this.pages.release(address, count));
  }

  private getMemoryMap([size, buffer, key, stride, version]: readonly bigint[]): bigint {
    const { descriptors, stride: descriptorStride, mapKey } = this.pages;
    const needed = BigInt(descriptors.length * descriptorStride);
    const room = this.memory.load64(size!);
    this.memory.store64(size!, needed);
    this.memory.store64(stride!, BigInt(descriptorStride));
    this.memory.store32(version!, 1);
    if (room < needed) return EFI.BUFFER_TOO_SMALL;
    this.memory.store64(key!, mapKey);
    this.memory.fill(buffer!, Number(needed), PADDING_BYTE);
    descriptors.forEach((descriptor, index) => {
      const at = buffer! + BigInt(index * descriptorStride);
      this.memory.fill(at, Number(DESCRIPTOR_BYTES), 0);
      this.memory.store32(at, descriptor.type);
      this.memory.store64(at + 8n, descriptor.physicalStart);
      this.memory.store64(at + 24n, descriptor.pageCount);
      this.memory.store64(at + 32n, descriptor.attribute);
    });
    return EFI.SUCCESS;
  }

  private exit(key: bigint): bigint {
    if (this.faults.lateMemory !== undefined && this.phase === "running") this.pages.add(this.faults.lateMemory);
    if (this.staleKeysLeft > 0) {
      this.staleKeysLeft -= 1;
      this.pages.disturb();
    }
    this.phase = key === this.pages.mapKey ? "left" : "leaving";
    return this.phase === "left" ? EFI.SUCCESS : EFI.INVALID_PARAMETER;
  }

  private findProtocol(guid: bigint, out: bigint): bigint {
    const low = this.memory.load64(guid);
    const high = this.memory.load64(guid + 8n);
    const protocol = this.protocols.find((one) => one.low === low && one.high === high);
    if (protocol === undefined) return EFI.NOT_FOUND;
    this.memory.store64(out, protocol.address);
    return EFI.SUCCESS;
  }

  private copy(to: bigint, from: bigint, size: bigint): bigint {
    this.memory.write(to, this.memory.read(from, Number(size)));
    return EFI.SUCCESS;
  }

  private fill(at: bigint, size: bigint, byte: bigint): bigint {
    this.memory.fill(at, Number(size), Number(byte & 0xffn));
    return EFI.SUCCESS;
  }
}
