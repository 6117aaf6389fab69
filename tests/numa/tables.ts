/** ACPI tables as bytes, as sound or as strange as a test wants them. Written from ACPI 6.5 §5.2.6, .12, .16, .17. */

export interface Table {
  readonly signature: "APIC" | "SRAT" | "SLIT";
  readonly revision?: number;
  /** What follows the 36 bytes of the header. */
  readonly body: Uint8Array;
}

/** Writes fields of a little-endian structure of `bytes` bytes: [offset, size, value]. */
export function structure(
  bytes: number,
  ...fields: [at: number, size: 1 | 2 | 4 | 8, value: number | bigint][]
): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes));
  for (const [at, size, value] of fields) {
    if (size === 8) view.setBigUint64(at, BigInt(value), true);
    else if (size === 4) view.setUint32(at, Number(value), true);
    else if (size === 2) view.setUint16(at, Number(value), true);
    else view.setUint8(at, Number(value));
  }
  return new Uint8Array(view.buffer);
}

export function tableBytes({ signature, revision = 3, body }: Table): Uint8Array {
  const header = structure(36, [4, 4, 36 + body.length], [8, 1, revision]);
  header.set(Buffer.from(signature));
  return summed(Buffer.concat([header, body]));
}

/** With the checksum put right. */
export function summed(table: Uint8Array): Uint8Array {
  const fixed = Uint8Array.from(table);
  fixed[9] = 0;
  const length = new DataView(fixed.buffer).getUint32(4, true);
  fixed[9] = -fixed.subarray(0, length).reduce((sum, byte) => sum + byte, 0) & 0xff;
  return fixed;
}

export const Flag = { ENABLED: 1, ONLINE_CAPABLE: 2, HOT_PLUGGABLE: 2, NON_VOLATILE: 4 } as const;

export function madt(...entries: readonly Uint8Array[]): Uint8Array {
  const head = structure(8, [0, 4, 0xfee0_0000], [4, 4, 1]);
  return tableBytes({ signature: "APIC", revision: 5, body: Buffer.concat([head, ...entries]) });
}

export function localApic(apicId: number, flags: number = Flag.ENABLED): Uint8Array {
  return structure(8, [0, 1, 0], [1, 1, 8], [2, 1, apicId], [3, 1, apicId], [4, 4, flags]);
}

export function localX2Apic(apicId: number, flags: number = Flag.ENABLED): Uint8Array {
  return structure(16, [0, 1, 9], [1, 1, 16], [4, 4, apicId], [8, 4, flags], [12, 4, apicId]);
}

export function srat(entries: readonly Uint8Array[], revision = 3): Uint8Array {
  return tableBytes({ signature: "SRAT", revision, body: Buffer.concat([structure(12, [0, 4, 1]), ...entries]) });
}

export function cpuAffinity(apicId: number, domain: number, flags: number = Flag.ENABLED): Uint8Array {
  const high = domain >>> 8;
  const entry = structure(16, [1, 1, 16], [2, 1, domain & 0xff], [3, 1, apicId], [4, 4, flags]);
  entry.set([high & 0xff, (high >>> 8) & 0xff, high >>> 16], 9);
  return entry;
}

export function x2ApicAffinity(apicId: number, domain: number, flags: number = Flag.ENABLED): Uint8Array {
  return structure(24, [0, 1, 2], [1, 1, 24], [4, 4, domain], [8, 4, apicId], [12, 4, flags]);
}

export function memoryAffinity(domain: number, start: bigint, bytes: bigint, flags: number = Flag.ENABLED): Uint8Array {
  return structure(40, [0, 1, 1], [1, 1, 40], [2, 4, domain], [8, 8, start], [16, 8, bytes], [28, 4, flags]);
}

/** A matrix of distances; `localities` if it is not as many as there are rows. */
export function slit(rows: readonly (readonly number[])[], localities = BigInt(rows.length)): Uint8Array {
  const body = Buffer.concat([structure(8, [0, 8, localities]), Uint8Array.from(rows.flat())]);
  return tableBytes({ signature: "SLIT", revision: 1, body });
}
