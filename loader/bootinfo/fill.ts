/** Writes the fields of `bootinfo_t`, from what the other parts of the agent have found and made. */
import { BOOTINFO_BYTES, BOOTINFO_MAGIC, BOOTINFO_VERSION, BootinfoAt } from "../../kernel/bootinfo/layout";
import * as acpi from "../acpi";
import * as config from "../config";
import * as framebuffer from "../framebuffer";
import { rootTable, tablesBytes } from "../handover/tables";
import { kernelBytes, kernelPhysical, kernelVirtual } from "../kernel-image";
import { descriptorStride, descriptorVersion, mapAddress, mapBytes } from "../uefi/memory-map";
import { fillArrays, put32, put64 } from "./block";

/** All but the memory map, which is not known before boot services have ended. */
export function fillBootinfo(directMap: u64): void {
  put64(BootinfoAt.magic, BOOTINFO_MAGIC);
  put32(BootinfoAt.version, BOOTINFO_VERSION);
  put32(BootinfoAt.size, BOOTINFO_BYTES);
  put64(BootinfoAt.directMapVirtual, directMap);
  put64(BootinfoAt.loaderTables, rootTable());
  put64(BootinfoAt.loaderTablesBytes, tablesBytes());
  fillKernel();
  fillSettings();
  fillAcpi();
  if (framebuffer.hasFramebuffer()) fillFramebuffer();
}

/** Only stores: boot services are gone. */
export function fillMemoryMap(): void {
  put64(BootinfoAt.memoryMap, mapAddress());
  put64(BootinfoAt.memoryMapBytes, mapBytes());
  put32(BootinfoAt.descriptorStride, <u32>descriptorStride());
  put32(BootinfoAt.descriptorVersion, descriptorVersion());
}

function fillKernel(): void {
  put64(BootinfoAt.kernelPhysical, kernelPhysical());
  put64(BootinfoAt.kernelVirtual, kernelVirtual());
  put64(BootinfoAt.kernelBytes, kernelBytes());
  fillArrays();
}

function fillSettings(): void {
  put64(BootinfoAt.seed, config.seed());
  put32(BootinfoAt.flags, config.flags());
  put32(BootinfoAt.cpuLimit, config.cpuLimit());
  put32(BootinfoAt.crash, config.crash());
  put32(BootinfoAt.failAllocation, config.failAllocation());
  put32(BootinfoAt.turnMilliseconds, config.turnMilliseconds());
  put32(BootinfoAt.patienceMilliseconds, config.patienceMilliseconds());
}

function fillAcpi(): void {
  put64(BootinfoAt.rsdp, acpi.rsdp());
  put64(BootinfoAt.madt, acpi.madt());
  put64(BootinfoAt.srat, acpi.srat());
  put64(BootinfoAt.slit, acpi.slit());
  put64(BootinfoAt.hpet, acpi.hpet());
}

function fillFramebuffer(): void {
  put64(BootinfoAt.framebuffer, framebuffer.framebufferBase());
  put64(BootinfoAt.framebufferBytes, framebuffer.framebufferBytes());
  put32(BootinfoAt.framebufferWidth, framebuffer.framebufferWidth());
  put32(BootinfoAt.framebufferHeight, framebuffer.framebufferHeight());
  put32(BootinfoAt.framebufferStride, framebuffer.framebufferStride());
  put32(BootinfoAt.framebufferFormat, framebuffer.framebufferFormat());
}
