import { randomBytes } from "node:crypto";
import type { BootObserver } from "../machine.ts";
import { KernelFault, MachineEnd, PANIC_STATUS } from "./endings.ts";
import type { LinearMemory } from "./memory.ts";

/** What the kernel's imports need of the machine around it, some of which exists only after the kernel has been instantiated. */
export interface HostParts {
  readonly observer: BootObserver;
  memory(): LinearMemory;
  suspendProgram(): void;
  programRewound(): void;
}

/** The kernel's imports (platform/embedded/model/host.ts). */
export function hostImports(parts: HostParts): WebAssembly.Imports {
  const { observer } = parts;
  return {
    host: {
      consoleWrite: (from: number, length: number) => observer.console(parts.memory().copy(from, length)),
      recordsWrite: (from: number, length: number) => observer.records(parts.memory().copy(from, length)),
      exit(status: number) {
        throw new MachineEnd(status);
      },
      entropy: () => randomBytes(8).readBigUInt64LE(),
      noMemory(address: bigint) {
        throw new MachineEnd(PANIC_STATUS, `the kernel touched ${physical(address)}, which is no RAM`);
      },
      cannotBack(address: bigint) {
        throw new MachineEnd(PANIC_STATUS, `no memory is left on this computer to model ${physical(address)}`);
      },
      kernelFault(vector: number, error: bigint, address: bigint) {
        throw new KernelFault(vector, error, address);
      },
      suspend: () => parts.suspendProgram(),
      rewound: () => parts.programRewound(),
    },
  };
}

export function physical(address: bigint): string {
  return `p0x${BigInt.asUintN(64, address).toString(16)}`;
}

export function virtual(address: bigint): string {
  return `v0x${BigInt.asUintN(64, address).toString(16)}`;
}
