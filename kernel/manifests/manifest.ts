import { physLoad32, physLoad64 } from "platform";
import { DEVICE_BYTES, DeviceAt, MANIFEST_BYTES, ManifestAt } from "./layout";

/**
 * What a manifest says that `checkManifest` has let pass. It is read where it lies, in the image of a boot module, which the kernel keeps and nobody
 * else can write: a manifest is its physical address, and 0 is none, which allows nothing.
 */

/** A Capability. */
export function isCapable(manifest: u64, capability: u32): bool {
  return manifest != 0 && (physLoad32(manifest + ManifestAt.capabilities) & capability) != 0;
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
