/** A modelled UEFI, on which the boot agent of `loader/` runs for the embedded machine. */
export { BadMemorySize, defaultFirmwareMap } from "./default-map.ts";
export { BadFirmwareFile, formatFirmwareMap, parseFirmwareMap, readFirmwareFile } from "./map-file.ts";
export { ramRanges } from "./ranges.ts";
export { AgentNotBuilt, NoPlaceForTables, runBootAgent } from "./run.ts";
export { FirmwareMisuse } from "./status.ts";
export {
  type AllocationStyle,
  BootAgentError,
  type BootAgentOptions,
  type FirmwareDescriptor,
  type FirmwareFaults,
  type FirmwareHost,
  type FirmwareMap,
  type Handover,
  MemoryType,
  type RamRange,
} from "./types.ts";
