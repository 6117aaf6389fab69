/** The secret of a task, as tests/secrets/programs/secret.ts makes it, and the search for it. */

function mixed(word: bigint): bigint {
  let x = word;
  x ^= BigInt.asUintN(64, x << 13n);
  x ^= x >> 7n;
  return x ^ BigInt.asUintN(64, x << 17n);
}

/** The two halves, as they lie in memory. */
export function secretOf(task: number): readonly [Buffer, Buffer] {
  const low = mixed(0x9e37_79b9_7f4a_7c15n ^ BigInt(task));
  return [bytesOf(low), bytesOf(mixed(low))];
}

function bytesOf(word: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(word);
  return bytes;
}

/** Where in `memory` either half of the secret of `task` is, at any alignment: half of it would be a leak as well. */
export function findSecret(memory: Buffer, task: number): number[] {
  const runs = nonzeroRuns(memory);
  return secretOf(task).flatMap((half) =>
    runs.flatMap(({ start, end }) => occurrences(memory.subarray(start, end), half).map((at) => start + at)),
  );
}

function occurrences(memory: Buffer, bytes: Buffer): number[] {
  const found: number[] = [];
  for (let at = memory.indexOf(bytes); at >= 0; at = memory.indexOf(bytes, at + 1)) found.push(at);
  return found;
}

interface Run {
  readonly start: number;
  readonly end: number;
}

const BLOCK = Buffer.alloc(4096);

/** Blocks that are not all zero, neighbours together. Most of a machine's memory is zero, and comparing is fast where searching is not. */
function nonzeroRuns(memory: Buffer): Run[] {
  const runs: { start: number; end: number }[] = [];
  for (let start = 0; start < memory.length; start += BLOCK.length) {
    const end = Math.min(start + BLOCK.length, memory.length);
    if (memory.compare(BLOCK, 0, end - start, start, end) === 0) continue;
    const last = runs.at(-1);
    if (last?.end === start) last.end = end;
    else runs.push({ start, end });
  }
  return runs;
}
