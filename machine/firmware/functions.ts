import type { FirmwareMemory } from "./memory.ts";
import { FirmwareMisuse } from "./status.ts";

/** A UEFI function: up to ten 64-bit arguments, a status. */
export type EfiFunction = (...args: readonly bigint[]) => bigint;

/** Functions by address: what a "function pointer" of the modelled firmware points to. */
export class FunctionTable {
  private readonly byAddress = new Map<bigint, EfiFunction>();
  private readonly memory: FirmwareMemory;

  constructor(memory: FirmwareMemory) {
    this.memory = memory;
  }

  /** Gives the function an address. */
  add(target: EfiFunction): bigint {
    const address = this.memory.reserve(16);
    this.byAddress.set(address, target);
    return address;
  }

  /** Writes a table of function pointers at `table`, by offset. */
  install(table: bigint, functions: Readonly<Record<number, EfiFunction>>): void {
    for (const [offset, target] of Object.entries(functions))
      this.memory.store64(table + BigInt(offset), this.add(target));
  }

  call(address: bigint, args: readonly bigint[]): bigint {
    const target = this.byAddress.get(address);
    if (target === undefined) throw new FirmwareMisuse(`call of 0x${address.toString(16)}, where there is no function`);
    return target(...args);
  }
}
