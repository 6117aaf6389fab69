import { physLoad32, physLoad64, physLoad8 } from "platform";
import { isAligned, PAGE_BYTES, PAGE_SHIFT } from "../address/pages";
import { MODULE_NAME_BYTES } from "../bootinfo/layout";
import { physicalPages } from "../memory-map/limits";
import { touchesRam } from "../memory-map/ram";
import { touchesAperture } from "../paging/apertures";
import { Caching } from "../paging/caching";
import { ManifestError } from "./errors";
import {
  Capability,
  DEVICE_BYTES,
  DeviceRights,
  KNOWN_CAPABILITIES,
  KNOWN_MANIFEST_FLAGS,
  MANIFEST_BYTES,
  MANIFEST_LAYOUT,
  ManifestAt,
  MAX_DEVICES,
} from "./layout";
import { deviceAt, deviceBytes, deviceCaching, deviceFirst, deviceLast, deviceRights } from "./manifest";

/**
 * A manifest comes from a disk, as the image does that it is part of: everything in it is checked before any of it is believed.
 *
 * What is granted is the word of whoever made the boot partition: a device that reads and writes memory by itself reaches all of it. Two things are not
 * theirs to grant, since the kernel would not be one any more: RAM, and interrupt controllers, by which any CPU can be made to do anything. And what
 * the kernel drives itself (`paging/apertures.ts`: the HPET, the screen) may be read, not written.
 */

/** I/O APICs (of PCs: ACPI 6.5 §5.2.12 names them, chipsets put them here), and the range of messages to CPUs, local APICs among it (SDM 3A 10.4.1, 10.11.1). */
const IO_APICS: u64 = 0xfec0_0000;
const MESSAGES: u64 = 0xfee0_0000;
const CONTROLLER_BYTES: u64 = 0x10_0000;

let found: u64 = 0;

/** The value that the last refusal is about. */
export function manifestErrorFound(): u64 {
  return found;
}

function refuse(error: u32, value: u64): u32 {
  found = value;
  return error;
}

/** The manifest of `bytes` at physical `at`, which is a multiple of 8. Returns a ManifestError. After bring-up, when all apertures are known. */
export function checkManifest(at: u64, bytes: u64): u32 {
  if (bytes < MANIFEST_BYTES) return refuse(ManifestError.TRUNCATED, bytes);
  const layout = physLoad32(at + ManifestAt.layout);
  if (layout != MANIFEST_LAYOUT) return refuse(ManifestError.UNKNOWN_LAYOUT, layout);
  const capabilities = physLoad32(at + ManifestAt.capabilities);
  if ((capabilities & ~KNOWN_CAPABILITIES) != 0) return refuse(ManifestError.UNKNOWN_CAPABILITY, capabilities);
  const version = physLoad32(at + ManifestAt.version);
  if (version == 0) return refuse(ManifestError.BAD_VERSION, version);
  if (!isNamed(at)) return refuse(ManifestError.BAD_NAME, physLoad64(at + ManifestAt.name));
  const flags = physLoad64(at + ManifestAt.flags);
  if ((flags & ~KNOWN_MANIFEST_FLAGS) != 0) return refuse(ManifestError.UNKNOWN_FLAG, flags);
  const count = physLoad32(at + ManifestAt.rangeCount);
  if (count > MAX_DEVICES) return refuse(ManifestError.TOO_MANY_DEVICES, count);
  if (bytes != MANIFEST_BYTES + count * DEVICE_BYTES) return refuse(ManifestError.TRUNCATED, bytes);
  if (count != 0 && (capabilities & Capability.DEVICES) == 0) return refuse(ManifestError.NOT_CAPABLE, count);
  return checkDevices(at, count);
}

/** Bytes, then NULs, one of each at least. */
function isNamed(at: u64): bool {
  const name = at + ManifestAt.name;
  let length: u64 = 0;
  while (length < MODULE_NAME_BYTES && physLoad8(name + length) != 0) length++;
  if (length == 0 || length == MODULE_NAME_BYTES) return false;
  for (let i = length; i < MODULE_NAME_BYTES; i++) if (physLoad8(name + i) != 0) return false;
  return true;
}

function checkDevices(at: u64, count: u32): u32 {
  for (let i: u32 = 0; i < count; i++) {
    const device = deviceAt(at, i);
    const error = errorOf(device);
    if (error != ManifestError.NONE) return refuse(error, deviceFirst(device));
    for (let before: u32 = 0; before < i; before++)
      if (overlaps(device, deviceFirst(deviceAt(at, before)), deviceLast(deviceAt(at, before))))
        return refuse(ManifestError.OVERLAP, deviceFirst(device));
  }
  return ManifestError.NONE;
}

function errorOf(device: u64): u32 {
  const first = deviceFirst(device);
  const bytes = deviceBytes(device);
  const last = deviceLast(device);
  if (bytes == 0 || !isAligned(first | bytes, PAGE_BYTES)) return ManifestError.BAD_RANGE;
  if (last < first || last >> PAGE_SHIFT >= physicalPages()) return ManifestError.BAD_RANGE;
  const caching = deviceCaching(device);
  if (caching != Caching.UNCACHED && caching != Caching.WRITE_COMBINING) return ManifestError.BAD_CACHING;
  const rights = deviceRights(device);
  if (rights != DeviceRights.READ && rights != DeviceRights.READ_WRITE) return ManifestError.BAD_RIGHTS;
  if (touchesRam(first, last)) return ManifestError.IS_RAM;
  return isKernels(device, rights) ? ManifestError.IS_KERNELS : ManifestError.NONE;
}

function isKernels(device: u64, rights: u32): bool {
  if (overlaps(device, IO_APICS, IO_APICS + CONTROLLER_BYTES - 1)) return true;
  if (overlaps(device, MESSAGES, MESSAGES + CONTROLLER_BYTES - 1)) return true;
  return (rights & DeviceRights.WRITE) != 0 && touchesAperture(deviceFirst(device), deviceLast(device));
}

function overlaps(device: u64, first: u64, last: u64): bool {
  return deviceFirst(device) <= last && first <= deviceLast(device);
}
