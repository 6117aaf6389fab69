import * as host from "../model/host";

/** The host hears from the first byte on. */
export function consoleOpen(): void {}

export function consoleWrite(from: usize, length: u32): void {
  host.consoleWrite(from, length);
}

export function recordsWrite(from: usize, length: u32): void {
  host.recordsWrite(from, length);
}
