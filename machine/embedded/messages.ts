import type { FirmwareMap } from "../firmware/types.ts";
import type { BootRequest, BootResult } from "../machine.ts";

/** What the main thread gives the thread that runs a machine. */
export interface MachineOrder {
  readonly request: BootRequest;
  readonly kernelWasm: string;
  readonly kernelElf: string;
  readonly firmware: FirmwareMap;
}

/** What comes back. */
export type MachineMessage =
  | { readonly kind: "console" | "records"; readonly bytes: Uint8Array }
  | { readonly kind: "end"; readonly result: BootResult };
