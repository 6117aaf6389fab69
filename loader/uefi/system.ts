/** The system table that the firmware passed to the agent, and the calls that everything else is made of. */
import { call, load64 } from "../firmware";
import { BootServicesAt, SystemTableAt } from "./tables";

let imageHandle: u64 = 0;
let systemTable: u64 = 0;
let bootServices: u64 = 0;

export function setSystem(image: u64, table: u64): void {
  imageHandle = image;
  systemTable = table;
  bootServices = load64(table + SystemTableAt.bootServices);
}

export function image(): u64 {
  return imageHandle;
}

export function system(): u64 {
  return systemTable;
}

/** Calls the boot service whose pointer lies at `offset` of EFI_BOOT_SERVICES. */
export function service(offset: u64, a: u64, b: u64 = 0, c: u64 = 0, d: u64 = 0, e: u64 = 0): u64 {
  return call(load64(bootServices + offset), a, b, c, d, e, 0, 0, 0, 0, 0);
}

/** Calls the function whose pointer lies at `offset` of `protocol`, which is its first argument. */
export function method(protocol: u64, offset: u64, a: u64 = 0, b: u64 = 0, c: u64 = 0, d: u64 = 0): u64 {
  return call(load64(protocol + offset), protocol, a, b, c, d, 0, 0, 0, 0, 0);
}

/** EFI stops a boot application after five minutes (UEFI 2.10 §7.5) unless it says otherwise. */
export function stopWatchdog(): void {
  service(BootServicesAt.setWatchdogTimer, 0, 0, 0, 0);
}
