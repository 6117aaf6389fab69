import { physLoad32, physLoad64, physLoad8 } from "platform";
import { MODULE_NAME_BYTES } from "../bootinfo/layout";
import { DEVICE_BYTES, DeviceAt, MANIFEST_BYTES, ManifestAt } from "./layout";

/**
 * What a manifest says that `checkManifest` has let pass. It is read where it lies, in the image of a boot module, which the kernel keeps and nobody
 * else can write: a manifest is its physical address, and 0 is none, which allows nothing.
 */

/** A Capability. */
export function isCapable(manifest: u64, capability: u32): bool {
  return manifest != 0 && (physLoad32(manifest + ManifestAt.capabilities) & capability) != 0;
}

/** A ManifestFlag. */
export function hasFlag(manifest: u64, flag: u32): bool {
  return (physLoad32(manifest + ManifestAt.flags) & flag) != 0;
}

/** Of the module: 0 is none's. */
export function versionOf(manifest: u64): u32 {
  return manifest == 0 ? 0 : physLoad32(manifest + ManifestAt.version);
}

/** Are they of modules of one name? */
export function haveSameName(one: u64, other: u64): bool {
  for (let at: u64 = 0; at < MODULE_NAME_BYTES; at += 8) {
    if (physLoad64(one + ManifestAt.name + at) != physLoad64(other + ManifestAt.name + at)) return false;
  }
  return true;
}

/** Is it of the module of this name, of `length` bytes, fewer than a name can have? */
export function isNamed(manifest: u64, name: usize, length: u32): bool {
  for (let i: u32 = 0; i < length; i++)
    if (physLoad8(manifest + ManifestAt.name + i) != load<u8>(name + i)) return false;
  return physLoad8(manifest + ManifestAt.name + length) == 0;
}

export function deviceCount(manifest: u64): u32 {
  return manifest == 0 ? 0 : physLoad32(manifest + ManifestAt.rangeCount);
}

/** One of its device ranges, as the functions below take it. */
export function deviceAt(manifest: u64, index: u32): u64 {
  return manifest + MANIFEST_BYTES + index * DEVICE_BYTES;
}

export function deviceFirst(device: u64): u64 {
  return physLoad64(device + DeviceAt.first);
}

export function deviceBytes(device: u64): u64 {
  return physLoad64(device + DeviceAt.bytes);
}

export function deviceLast(device: u64): u64 {
  return deviceFirst(device) + (deviceBytes(device) - 1);
}

/** A Caching. */
export function deviceCaching(device: u64): u32 {
  return physLoad32(device + DeviceAt.caching);
}

/** DeviceRights. */
export function deviceRights(device: u64): u32 {
  return physLoad32(device + DeviceAt.rights);
}

/** The device range that the page at `physical` is in; 0: the manifest grants none. */
export function grantOf(manifest: u64, physical: u64): u64 {
  for (let i: u32 = 0; i < deviceCount(manifest); i++) {
    const device = deviceAt(manifest, i);
    if (deviceFirst(device) <= physical && physical <= deviceLast(device)) return device;
  }
  return 0;
}
