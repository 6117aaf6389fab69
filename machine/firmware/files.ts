import type { FunctionTable } from "./functions.ts";
import type { FirmwareMemory } from "./memory.ts";
import { EFI } from "./status.ts";
import type { FirmwareFaults } from "./types.ts";

/** EFI_FILE_INFO without its name (UEFI 2.10 §13.5). */
const FILE_INFO_BYTES = 80;
const ATTRIBUTE_READ_ONLY = 1n;
const ATTRIBUTE_DIRECTORY = 0x10n;
const PROTOCOL_BYTES = 88;

interface OpenFile {
  readonly name: string;
  /** Undefined for a folder. */
  readonly bytes: Uint8Array | undefined;
  /** Read gives no more than this many bytes of the file. */
  readonly readableBytes: number;
  position: number;
}

/** The boot partition, read-only: EFI_SIMPLE_FILE_SYSTEM_PROTOCOL and EFI_FILE_PROTOCOL, §13.4 and §13.5. */
export class FileSystem {
  private readonly open = new Map<bigint, OpenFile>();
  private readonly pointers: bigint[];
  private readonly paths: ReadonlyMap<string, string>;
  private readonly memory: FirmwareMemory;
  private readonly disk: ReadonlyMap<string, Uint8Array>;
  private readonly faults: FirmwareFaults;

  constructor(
    memory: FirmwareMemory,
    functions: FunctionTable,
    disk: ReadonlyMap<string, Uint8Array>,
    faults: FirmwareFaults,
  ) {
    this.memory = memory;
    this.disk = disk;
    this.faults = faults;
    // FAT does not tell upper from lower case.
    this.paths = new Map([...disk.keys()].map((path) => [path.toUpperCase(), path]));
    const unsupported = (): bigint => EFI.UNSUPPORTED;
    this.pointers = [
      functions.add((self, out, name) => this.openFile(self!, out!, name!)),
      functions.add((self) => this.close(self!)),
      functions.add(unsupported),
      functions.add((self, size, buffer) => this.read(self!, size!, buffer!)),
      ...[1, 2, 3].map(() => functions.add(unsupported)),
      functions.add((self, _guid, size, buffer) => this.getInfo(self!, size!, buffer!)),
    ];
  }

  /** OpenVolume. */
  openVolume(out: bigint): bigint {
    this.memory.store64(out, this.handleFor({ name: "", bytes: undefined, readableBytes: 0, position: 0 }));
    return EFI.SUCCESS;
  }

  private handleFor(file: OpenFile): bigint {
    const handle = this.memory.reserve(PROTOCOL_BYTES);
    this.memory.store64(handle, 0x1_0000n);
    this.pointers.forEach((pointer, index) => this.memory.store64(handle + 8n + BigInt(index) * 8n, pointer));
    this.open.set(handle, file);
    return handle;
  }

  private openFile(parent: bigint, out: bigint, nameAddress: bigint): bigint {
    if (!this.open.has(parent)) return EFI.INVALID_PARAMETER;
    const name = this.memory.readString(nameAddress).toUpperCase();
    const path = this.paths.get(name);
    const isFolder = [...this.paths.keys()].some((one) => one.startsWith(`${name}\\`));
    if (path === undefined && !isFolder) return EFI.NOT_FOUND;
    const bytes = path === undefined ? undefined : this.disk.get(path);
    const readableBytes = (path && this.faults.truncatedReads?.get(path)) ?? bytes?.length ?? 0;
    this.memory.store64(out, this.handleFor({ name, bytes, readableBytes: Number(readableBytes), position: 0 }));
    return EFI.SUCCESS;
  }

  private close(handle: bigint): bigint {
    return this.open.delete(handle) ? EFI.SUCCESS : EFI.INVALID_PARAMETER;
  }

  private read(handle: bigint, size: bigint, buffer: bigint): bigint {
    const file = this.open.get(handle);
    if (file?.bytes === undefined) return EFI.INVALID_PARAMETER;
    const wanted = Math.min(Number(this.memory.load64(size)), this.faults.readLimit ?? Infinity);
    const part = file.bytes.subarray(file.position, Math.min(file.position + wanted, file.readableBytes));
    if (part.length > 0) this.memory.write(buffer, part);
    file.position += part.length;
    this.memory.store64(size, BigInt(part.length));
    return EFI.SUCCESS;
  }

  private getInfo(handle: bigint, size: bigint, buffer: bigint): bigint {
    const file = this.open.get(handle);
    if (file === undefined) return EFI.INVALID_PARAMETER;
    const needed = BigInt(FILE_INFO_BYTES + (file.name.length + 1) * 2);
    const room = this.memory.load64(size);
    this.memory.store64(size, needed);
    if (room < needed) return EFI.BUFFER_TOO_SMALL;
    this.memory.fill(buffer, Number(needed), 0);
    this.memory.store64(buffer, needed);
    this.memory.store64(buffer + 8n, BigInt(file.bytes?.length ?? 0));
    this.memory.store64(buffer + 16n, BigInt(file.bytes?.length ?? 0));
    this.memory.store64(buffer + 72n, file.bytes === undefined ? ATTRIBUTE_DIRECTORY : ATTRIBUTE_READ_ONLY);
    for (let i = 0; i < file.name.length; i++) {
      this.memory.store16(buffer + BigInt(FILE_INFO_BYTES + i * 2), file.name.charCodeAt(i));
    }
    return EFI.SUCCESS;
  }
}
