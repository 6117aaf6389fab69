import { RECORD_BYTES } from "../../kernel/trace/records.ts";

/** One record of the trace, as `kernel/trace/records.ts` lays it out. */
export interface TraceRecord {
  readonly time: bigint;
  readonly task: number;
  readonly cpu: number;
  readonly kind: number;
  readonly first: bigint;
  readonly second: bigint;
  readonly value: bigint;
}

/** The bytes end within a record: the machine promises whole ones. */
export class TornRecord extends Error {
  override readonly name = "TornRecord";
  constructor(readonly byteLength: number) {
    super(`${byteLength} bytes of trace are no whole number of ${RECORD_BYTES}-byte records`);
  }
}

export function decodeRecords(bytes: Uint8Array): TraceRecord[] {
  if (bytes.byteLength % RECORD_BYTES !== 0) throw new TornRecord(bytes.byteLength);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.byteLength / RECORD_BYTES;
  return Array.from({ length: count }, (_, index) => decodeRecord(view, index * RECORD_BYTES));
}

function decodeRecord(view: DataView, at: number): TraceRecord {
  return {
    time: view.getBigUint64(at, true),
    task: view.getUint32(at + 8, true),
    cpu: view.getUint16(at + 12, true),
    kind: view.getUint16(at + 14, true),
    first: view.getBigUint64(at + 16, true),
    second: view.getBigUint64(at + 24, true),
    value: view.getBigUint64(at + 32, true),
  };
}

/** The bytes that a text record carries: `value` of the 16 in `first` and `second`. */
export function textBytes(record: TraceRecord): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, record.first, true);
  view.setBigUint64(8, record.second, true);
  return bytes.subarray(0, Math.min(16, Number(record.value)));
}
