import type { Protocol } from "./boot-services.ts";
import { FileSystem } from "./files.ts";
import type { FunctionTable } from "./functions.ts";
import type { FirmwareMemory } from "./memory.ts";
import { EFI } from "./status.ts";
import type { FirmwareFaults } from "./types.ts";

/** EFI_SYSTEM_TABLE and EFI_BOOT_SERVICES (UEFI 2.10 §4.3, §4.4): sizes, and the signature of the first. */
const SYSTEM_TABLE_BYTES = 120;
const BOOT_SERVICES_BYTES = 376;
const SYSTEM_TABLE_SIGNATURE = 0x5453_5953_2049_4249n; // "IBI SYST"
const REVISION_2_100 = 0x2_0064;

const ACPI_2_GUID = [0x11d3_e4f1_8868_e871n, 0x8188_3cc7_8000_22bcn] as const;
const LOADED_IMAGE_GUID = [0x11d2_9562_5b1b_31a1n, 0x3b72_69c9_a000_3f8en] as const;
const FILE_SYSTEM_GUID = [0x11d2_6459_964e_5b22n, 0x3b72_69c9_a000_398en] as const;

/** The image's and the device's handle are one: this firmware has one of each. */
export const HANDLE = 0x4e49_5452n;

export interface Tables {
  readonly systemTable: bigint;
  readonly bootServices: bigint;
}

/** The tables that the agent gets, without boot services' functions. `rsdp` 0 means no ACPI. */
export function buildTables(
  memory: FirmwareMemory,
  functions: FunctionTable,
  print: (text: string) => void,
  rsdp: bigint,
): Tables {
  const systemTable = memory.reserve(SYSTEM_TABLE_BYTES);
  const bootServices = memory.reserve(BOOT_SERVICES_BYTES);
  memory.store64(systemTable, SYSTEM_TABLE_SIGNATURE);
  memory.store32(systemTable + 8n, REVISION_2_100);
  memory.store64(systemTable + 64n, buildConsole(memory, functions, print));
  memory.store64(systemTable + 96n, bootServices);
  if (rsdp !== 0n) {
    const configuration = memory.reserve(24);
    memory.store64(configuration, ACPI_2_GUID[0]);
    memory.store64(configuration + 8n, ACPI_2_GUID[1]);
    memory.store64(configuration + 16n, rsdp);
    memory.store64(systemTable + 104n, 1n);
    memory.store64(systemTable + 112n, configuration);
  }
  return { systemTable, bootServices };
}

/** EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL, §12.4: OutputString. */
function buildConsole(memory: FirmwareMemory, functions: FunctionTable, print: (text: string) => void): bigint {
  const console = memory.reserve(80);
  functions.install(console, {
    8: (_self, text) => {
      print(memory.readString(text!));
      return EFI.SUCCESS;
    },
  });
  return console;
}

/** EFI_LOADED_IMAGE_PROTOCOL of the agent, and the file system that it was loaded from. */
export function buildProtocols(
  memory: FirmwareMemory,
  functions: FunctionTable,
  disk: ReadonlyMap<string, Uint8Array>,
  faults: FirmwareFaults,
): Protocol[] {
  const files = new FileSystem(memory, functions, disk, faults);
  const loadedImage = memory.reserve(96);
  memory.store32(loadedImage, 0x1000);
  memory.store64(loadedImage + 24n, HANDLE);
  const fileSystem = memory.reserve(16);
  memory.store64(fileSystem, 0x1_0000n);
  functions.install(fileSystem, { 8: (_self, out) => files.openVolume(out!) });
  return [
    { low: LOADED_IMAGE_GUID[0], high: LOADED_IMAGE_GUID[1], address: loadedImage },
    { low: FILE_SYSTEM_GUID[0], high: FILE_SYSTEM_GUID[1], address: fileSystem },
  ];
}
