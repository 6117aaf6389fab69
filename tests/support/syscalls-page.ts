import { sourceText } from "./boot.ts";

/** What docs/SYSCALLS.md says, and what kernel/syscalls/abi.ts says, in the same form. */
export interface DocumentedCall {
  readonly number: bigint;
  /** As in the heading: `mmap(address, …)` is "mmap". */
  readonly name: string;
  /** Names of Errno, in the order of their table. */
  readonly errors: readonly string[];
  /** When it answers with which of them. */
  readonly refusals: readonly Refusal[];
  /** The example: statements of a program. */
  readonly example: string;
}

/** One of an error's conditions: what the table has between two ";", without what it says of it behind ":" or ".". */
export interface Refusal {
  readonly error: string;
  readonly when: string;
}

/** Names and values of one namespace of constants. */
export type Values = Readonly<Record<string, bigint>>;

const page = sourceText("docs/SYSCALLS.md");

/** In the order of the page. */
export function documentedCalls(): DocumentedCall[] {
  const calls = [...page.matchAll(/^### (\d+): `(\w+)\(.*?\)`\n([^]*?)(?=^##)/gm)].map(([, number, name, text]) => ({
    number: BigInt(number!),
    name: name!,
    errors: [...text!.matchAll(/^\| `(E[A-Z]+)` \| \S/gm)].map(([, error]) => error!),
    refusals: refusalsIn(text!),
    example: /```ts\n([^]*?)```/.exec(text!)?.[1] ?? "",
  }));
  return calls.map((call) => ({ ...call, refusals: call.refusals.flatMap((refusal) => resolved(refusal, calls)) }));
}

function refusalsIn(text: string): Refusal[] {
  const rows = [...text.matchAll(/^\| `(E[A-Z]+)` \| (\S.*) \|$/gm)];
  return rows.flatMap(([, error, conditions]) =>
    conditions!.split("; ").map((condition) => ({ error: error!, when: condition.split(/[:.] /)[0]! })),
  );
}

/** "as for `munmap`": what that call has for the same error. */
function resolved(refusal: Refusal, calls: readonly DocumentedCall[]): readonly Refusal[] {
  const [, other] = /^as (?:for|of) `(\w+)`$/.exec(refusal.when) ?? [];
  if (other === undefined) return [refusal];
  return calls.find(({ name }) => name === other)!.refusals.filter(({ error }) => error === refusal.error);
}

/** The tables of values, by namespace. */
export function documentedValues(): Record<string, Values> {
  const sections = [...page.matchAll(/^### `(\w+)`\n([^]*?)(?=^##|(?![^]))/gm)];
  return Object.fromEntries(sections.map(([, name, text]) => [name!, rowsOf(text!)]));
}

function rowsOf(text: string): Values {
  return Object.fromEntries(
    [...text.matchAll(/^\| `(\w+)` \| (-?\w+) \|/gm)].map(([, name, value]) => [name!, valueOf(value!)]),
  );
}

/** The namespaces of abi.ts, read as text: a JavaScript number has too few bits for some. */
export function abiValues(): Record<string, Values> {
  const spaces = [...sourceText("kernel/syscalls/abi.ts").matchAll(/^export namespace (\w+) \{\n([^]*?)^\}/gm)];
  return Object.fromEntries(spaces.map(([, name, text]) => [name!, constantsOf(text!)]));
}

function constantsOf(text: string): Values {
  return Object.fromEntries(
    [...text.matchAll(/^ {2}export const (\w+): [iu](?:32|64) = (.*);$/gm)].map(([, name, value]) => [
      name!,
      valueOf(value!),
    ]),
  );
}

/** A number, or one shifted. */
function valueOf(text: string): bigint {
  const [number, shift = "0"] = text.replaceAll("_", "").split(" << ");
  const isNegative = number!.startsWith("-");
  const magnitude = BigInt(isNegative ? number!.slice(1) : number!);
  return (isNegative ? -magnitude : magnitude) << BigInt(shift);
}

/** The errors that the comment above a call's number in abi.ts names, by the constant's name. */
export function abiErrors(): Record<string, string[]> {
  const [, text] = /^export namespace Call \{\n([^]*?)^\}/m.exec(sourceText("kernel/syscalls/abi.ts"))!;
  const calls = [...text!.matchAll(/ {2}\/\*\*([^]*?)\*\/\n {2}export const (\w+)/g)];
  return Object.fromEntries(
    calls.map(([, comment, name]) => [name!, [...new Set(comment!.match(/\bE[A-Z]{2,}\b/g) ?? [])].sort()]),
  );
}
