import * as host from "../model/host";

export function consoleWrite(from: usize, length: u32): void {
  host.consoleWrite(from, length);
}

export function recordsWrite(from: usize, length: u32): void {
  host.recordsWrite(from, length);
}
