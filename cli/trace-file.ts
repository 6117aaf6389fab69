import { closeSync, openSync, writeFileSync } from "node:fs";
import { UsageError } from "./exit-status.ts";
import type { TraceRecord } from "./records/decode.ts";
import { TraceLines } from "./records/lines.ts";

/** The file of `--trace`. A write that fails does not disturb the boot: `close` tells. */
export class TraceFile {
  readonly #path: string;
  readonly #file: number;
  readonly #lines = new TraceLines();
  #failure: Error | undefined;

  constructor(path: string) {
    this.#path = path;
    try {
      this.#file = openSync(path, "w");
    } catch (error) {
      throw this.#refusal(error as Error);
    }
  }

  write(records: readonly TraceRecord[]): void {
    if (this.#failure !== undefined) return;
    try {
      writeFileSync(this.#file, this.#lines.write(records));
    } catch (error) {
      this.#failure = error as Error;
    }
  }

  close(): void {
    closeSync(this.#file);
    if (this.#failure !== undefined) throw this.#refusal(this.#failure);
  }

  #refusal(error: Error): UsageError {
    return new UsageError(`--trace ${this.#path}: ${error.message}`);
  }
}
