/**
 * The boot agent: from UEFI to the kernel's first instruction. The same wasm runs on metal, as BOOTX64.EFI, and on the embedded
 * machine's modelled firmware.
 */
import { findAcpi } from "./acpi";
import { allocateBootinfo, bootinfo } from "./bootinfo/block";
import { fillBootinfo, fillMemoryMap } from "./bootinfo/fill";
import * as config from "./config";
import { decimal, endLine, hex, startLine, text } from "./console";
import { fileBytes, openVolume, readFile, setPath } from "./files";
import { enter } from "./firmware";
import { findFramebuffer } from "./framebuffer";
import { buildHandoverTables, refuseFiveLevels } from "./handover/build";
import { reserveLateRam } from "./handover/late-ram";
import { findRam, ramEnd } from "./handover/ram";
import { rootTable } from "./handover/tables";
import { kernelBytes, kernelEntry, kernelPhysical, kernelVirtual, loadKernel } from "./kernel-image";
import { loadPrograms } from "./programs";
import { startFromEntropy, startFromSeed } from "./random";
import { descriptorCount, exitBootServices, readMemoryMap } from "./uefi/memory-map";
import { setSystem, stopWatchdog } from "./uefi/system";
import { drawDirectMapBase, drawKernelBase } from "./zones";

/** What UEFI starts (UEFI 2.10 §4.1). Leaves to the kernel or halts. */
export function main(imageHandle: u64, systemTable: u64): void {
  setSystem(imageHandle, systemTable);
  stopWatchdog();
  refuseFiveLevels();
  readMemoryMap();
  openVolume();
  readConfig();
  findAcpi();
  findFramebuffer();
  prepareKernel();
  leave();
}

function readConfig(): void {
  setPath("\\nitros\\boot.cfg");
  const file = readFile(config.CONFIG_LIMIT_BYTES);
  config.parseConfig(file, fileBytes());
  if (config.isSeeded()) startFromSeed(config.seed());
  else startFromEntropy();
}

/** The draws come in this order whatever the machine, so that one seed gives one layout. */
function prepareKernel(): void {
  findRam();
  const virtual = drawKernelBase();
  const directMap = drawDirectMapBase(ramEnd());
  allocateBootinfo();
  loadKernel(virtual);
  loadPrograms();
  buildHandoverTables(directMap, virtual, kernelPhysical(), kernelBytes());
  fillBootinfo(directMap);
  reportKernel(directMap);
}

function reportKernel(directMap: u64): void {
  startLine();
  text("kernel at ");
  hex(kernelVirtual());
  text(" (physical ");
  hex(kernelPhysical());
  text("), direct map at ");
  hex(directMap);
  text(", ");
  decimal(config.programTotal());
  text(" programs, ");
  decimal(descriptorCount());
  text(" memory descriptors");
  endLine();
}

/** Nothing is allocated from here on. */
function leave(): void {
  exitBootServices();
  reserveLateRam();
  fillMemoryMap();
  enter(kernelEntry(), rootTable(), bootinfo());
}
