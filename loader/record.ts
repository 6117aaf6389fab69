/**
 * Another EFI application from the same parts: prints the firmware's memory map, a descriptor a line, for `machine/firmware/record.ts`,
 * which writes it down for the embedded machine.
 */
import { DescriptorAt } from "../kernel/bootinfo/efi-memory";
import { endLine, hex, text } from "./console";
import { endMachine, load64 } from "./firmware";
import {
  descriptorCount,
  descriptorPages,
  descriptorStart,
  descriptorStride,
  descriptorType,
  mapAddress,
  readMemoryMap,
} from "./uefi/memory-map";
import { setSystem } from "./uefi/system";

export function main(imageHandle: u64, systemTable: u64): void {
  setSystem(imageHandle, systemTable);
  readMemoryMap();
  printField("stride ", descriptorStride());
  endLine();
  const count = descriptorCount();
  for (let i: u64 = 0; i < count; i++) printDescriptor(i);
  endMachine(0);
}

function printDescriptor(index: u64): void {
  printField("descriptor ", descriptorType(index));
  printField(" ", descriptorStart(index));
  printField(" ", descriptorPages(index));
  printField(" ", load64(mapAddress() + index * descriptorStride() + DescriptorAt.attribute));
  endLine();
}

function printField(before: string, value: u64): void {
  text(before);
  hex(value);
}
