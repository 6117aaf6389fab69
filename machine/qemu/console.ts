/** Separates the kernel's console from the firmware's on the same serial port (CONTRACT, "Leaving"). */

/** What the kernel's entry writes before anything else. */
export const CONSOLE_MARKER = Buffer.from("\x1b]nitros\x07", "latin1");

/**
 * The firmware's own handler reports so, and then does nothing for ever, when there is a fault before the kernel has handlers of its
 * own, which it has before its first line of text.
 */
const FIRMWARE_FAULT = "!!!! X64 Exception Type";

export class SerialConsole {
  #firmware = Buffer.alloc(0);
  #kernelStarted = false;
  /** What came first after the marker, so much that a report could be told. */
  #opening = "";

  constructor(readonly kernelConsole: (bytes: Uint8Array) => void) {}

  receive(bytes: Buffer): void {
    if (this.#kernelStarted) {
      this.#passOn(bytes);
      return;
    }
    this.#firmware = Buffer.concat([this.#firmware, bytes]);
    const marker = this.#firmware.indexOf(CONSOLE_MARKER);
    if (marker < 0) return;
    this.#kernelStarted = true;
    const rest = this.#firmware.subarray(marker + CONSOLE_MARKER.length);
    this.#firmware = this.#firmware.subarray(0, marker);
    if (rest.length > 0) this.#passOn(rest);
  }

  #passOn(bytes: Buffer): void {
    if (this.#opening.length < FIRMWARE_FAULT.length) this.#opening += bytes.toString("latin1");
    this.kernelConsole(bytes);
  }

  get kernelStarted(): boolean {
    return this.#kernelStarted;
  }

  /** The firmware's fault handler has spoken: nothing more will happen. Once the kernel has spoken, those words are anybody's. */
  get firmwareFault(): boolean {
    return this.#kernelStarted ? this.#opening.startsWith(FIRMWARE_FAULT) : this.#firmware.includes(FIRMWARE_FAULT);
  }

  /** What the boot agent said was wrong: "code: message". */
  get agentError(): string | undefined {
    return /^boot agent error: (.*)$/m.exec(this.firmwareText)?.[1];
  }

  /** What the firmware and the boot agent wrote, without cursor movements. */
  get firmwareText(): string {
    return this.#firmware
      .toString("latin1")
      .replace(/\x1b\[[0-9;?=]*[A-Za-z]/g, "")
      .replaceAll("\r", "");
  }
}
