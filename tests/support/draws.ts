import assert from "node:assert/strict";

/**
 * Are places drawn evenly, and independently of each other? Every bound is six standard deviations from what chance gives, which a sound
 * generator exceeds less than once in 10^8 tests; and who calls has a fixed seed, so that nothing is left to luck.
 */
const DEVIATIONS = 6;

/** One kind of place, as it was drawn for one task after another. */
export interface Draws {
  readonly name: string;
  /** How many places there are. */
  readonly count: number;
  /** From 0: which one it was. */
  readonly places: readonly number[];
}

/** As many bits as there is room for, to the nearest. */
export function bitsOf({ count }: Draws): number {
  return Math.round(Math.log2(count));
}

/** All of this about each of `kinds`, and about all of them together: a task's places say nothing of each other, nor of the next task's. Returns figures. */
export function assertDrawnWell(kinds: readonly Draws[]): string[] {
  for (const kind of kinds) {
    assertInside(kind);
    assertBalanced(kind);
    assertSeldomTwice(kind);
  }
  const bits = kinds.reduce((sum, kind) => sum + bitsOf(kind), 0);
  const rank = rankOf(kinds);
  assert.equal(rank, bits, `of ${bits} bits, ${bits - rank} are sums of others`);
  const digits = kinds.flatMap(digitsOf);
  assertIndependent(digits);
  assertNextIndependent(digits);
  return [...kinds.map(figuresOf), `together: rank ${rank} of ${bits} bits`];
}

function assertInside({ name, count, places }: Draws): void {
  const isInside = places.every((place) => Number.isSafeInteger(place) && place >= 0 && place < count);
  assert.ok(isInside, `${name}: a place is none of ${count}`);
}

/** Each bit is as often 1 as 0. */
function assertBalanced(kind: Draws): void {
  const most = DEVIATIONS * Math.sqrt(kind.places.length / 4);
  for (let bit = 0; bit < bitsOf(kind); bit++) {
    const ones = kind.places.filter((place) => Math.floor(place / 2 ** bit) % 2 === 1).length;
    const message = `${kind.name}: bit ${bit} is 1 in ${ones} of ${kind.places.length}`;
    assert.ok(Math.abs(ones - kind.places.length / 2) <= most, message);
  }
}

/** Pairs of tasks with the same place: n(n-1)/2 pairs, each the same once in `count` times. */
function assertSeldomTwice(kind: Draws): void {
  const expected = pairsOf(kind.places.length) / kind.count;
  const found = equalPairs(kind);
  const message = `${kind.name}: ${found} pairs have the same place, and not ${expected.toFixed(2)}`;
  assert.ok(Math.abs(found - expected) <= DEVIATIONS * Math.sqrt(expected) + 1, message);
}

function equalPairs({ places }: Draws): number {
  const times = new Map<number, number>();
  for (const place of places) times.set(place, (times.get(place) ?? 0) + 1);
  return [...times.values()].reduce((sum, count) => sum + pairsOf(count), 0);
}

function pairsOf(count: number): number {
  return (count * (count - 1)) / 2;
}

/**
 * How many bits of all places, taken together, are independent of each other: the rank, over GF(2), of the places of all tasks, each less the
 * first task's. A bit that is constant, or always the sum of others (exclusive or) or its complement, does not count.
 */
function rankOf(kinds: readonly Draws[]): number {
  const tasks = kinds[0]!.places.map((_, task) => joinBits(kinds, task));
  const byHighestBit = new Map<number, bigint>();
  for (const task of tasks) {
    let rest = task ^ tasks[0]!;
    for (let bit = highestBit(rest); rest !== 0n; bit = highestBit(rest)) {
      const known = byHighestBit.get(bit);
      if (known === undefined) byHighestBit.set(bit, rest);
      rest = known === undefined ? 0n : rest ^ known;
    }
  }
  return byHighestBit.size;
}

function highestBit(value: bigint): number {
  return value.toString(2).length - 1;
}

function joinBits(kinds: readonly Draws[], task: number): bigint {
  return kinds.reduce((joined, kind) => {
    const bits = BigInt(bitsOf(kind));
    return (joined << bits) | BigInt.asUintN(Number(bits), BigInt(kind.places[task]!));
  }, 0n);
}

/** Some bits of a place, task by task. */
interface Digits {
  readonly name: string;
  /** They are below this. */
  readonly base: number;
  readonly values: Uint8Array;
}

/** A place in hexadecimal, from the lowest digit on; where the highest has part of four bits, it is smaller. */
function digitsOf(kind: Draws): Digits[] {
  const bits = bitsOf(kind);
  return Array.from({ length: Math.ceil(bits / 4) }, (_, index) => {
    const shift = index * 4;
    const base = 2 ** Math.min(4, bits - shift);
    const values = Uint8Array.from(kind.places, (place) => Math.floor(place / 2 ** shift) % base);
    return { name: `bits ${shift} to ${shift + Math.log2(base) - 1} of ${kind.name}`, base, values };
  });
}

/** Every two digits of a task have each pair of values equally often; so has each digit by itself. */
function assertIndependent(digits: readonly Digits[]): void {
  digits.forEach((one, index) => {
    for (const other of digits.slice(index + 1)) assertEven(one, other, 0);
  });
}

/** The same for a digit of a task and one of the next. */
function assertNextIndependent(digits: readonly Digits[]): void {
  for (const one of digits) for (const other of digits) assertEven(one, other, 1);
}

function assertEven(one: Digits, other: Digits, later: number): void {
  const found = chiSquare(one, other, later);
  const most = mostChiSquare(one.base * other.base - 1);
  const whose = later === 0 ? "" : " of the next task";
  assert.ok(
    found <= most,
    `${one.name}, and ${other.name}${whose}: chi-square is ${found.toFixed(1)}, at most ${most.toFixed(1)} is allowed`,
  );
}

/** Of the pairs of `one` and the digit `other` of so much a later task, against all pairs being alike. */
function chiSquare(one: Digits, other: Digits, later: number): number {
  const counts = new Uint32Array(one.base * other.base);
  const pairs = one.values.length - later;
  for (let task = 0; task < pairs; task++) counts[one.values[task]! * other.base + other.values[task + later]!]! += 1;
  const expected = pairs / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2, 0) / expected;
}

/** E. B. Wilson, M. M. Hilferty: "The distribution of chi-square", 1931: its cube root is nearly normal. */
function mostChiSquare(degrees: number): number {
  const variance = 2 / (9 * degrees);
  return degrees * (1 - variance + DEVIATIONS * Math.sqrt(variance)) ** 3;
}

function figuresOf(kind: Draws): string {
  const pairs = equalPairs(kind);
  const room = `${bitsOf(kind)} bits (${kind.count} places)`;
  return `${kind.name}: ${room}; of ${kind.places.length} draws, ${pairs} pairs are the same place`;
}
