import { RecordKind } from "../../kernel/trace/records.ts";
import { textBytes, type TraceRecord } from "./decode.ts";
import { fieldsOf, kindName, type Fields } from "./shapes.ts";
import { hex } from "./names.ts";

const TEXT_KINDS: ReadonlySet<number> = new Set([RecordKind.TASK_NAME, RecordKind.OUTPUT, RecordKind.PANIC_TEXT]);

/** The trace as `--trace FILE` writes it: one JSON object a line, fields as docs/TRACE.md says. */
export class TraceLines {
  #decoder = new TextDecoder();
  #textOf = "";

  /** The lines of some records, each with its line end. */
  write(records: readonly TraceRecord[]): string {
    return records.map((record) => `${JSON.stringify(this.#line(record))}\n`).join("");
  }

  #line(record: TraceRecord): Fields {
    const head = { time: hex(record.time), cpu: record.cpu, task: record.task, kind: kindName(record.kind) };
    return { ...head, ...(TEXT_KINDS.has(record.kind) ? this.#text(record) : fieldsOf(record)) };
  }

  /** Text comes in pieces of 16 bytes, perhaps split within a character: the next piece then has it whole. */
  #text(record: TraceRecord): Fields {
    const source = `${record.task} ${record.kind}`;
    if (source !== this.#textOf) this.#decoder = new TextDecoder();
    this.#textOf = source;
    return { text: this.#decoder.decode(textBytes(record), { stream: true }) };
  }
}
