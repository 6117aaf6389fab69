import { SegmentRight } from "../../kernel/bootinfo/layout.ts";
import { Call } from "../../kernel/syscalls/abi.ts";

/** Names of the numbers in records, as JSON output spells them: the kernel's own constants, in lower case with hyphens. */
export type Names = Readonly<Record<string, number | bigint>>;

/** "WRITE_TEXT" of a namespace as "write-text"; a number that the namespace does not have as "0x…". */
export function nameOf(names: Names, value: bigint | number): string {
  const found = Object.entries(names).find(([, constant]) => BigInt(constant) === BigInt(value));
  return found === undefined ? hex(value) : spelled(found[0]);
}

/** Names of the bits that are set, lowest first; bits without a name as one "0x…". */
export function bitNames(names: Names, value: bigint | number): string[] {
  let rest = BigInt(value);
  const found: string[] = [];
  for (const [name, constant] of Object.entries(names)) {
    const bit = BigInt(constant);
    if (bit === 0n || (rest & bit) !== bit) continue;
    rest &= ~bit;
    found.push(spelled(name));
  }
  return rest === 0n ? found : [...found, hex(rest)];
}

export function callName(number: bigint): string {
  return nameOf(Call, number);
}

/** "r-x", "rw-", "rw- sealed". */
export function segmentRights(bits: bigint): string {
  const has = (right: number, letter: string) => ((bits & BigInt(right)) !== 0n ? letter : "-");
  const letters = has(SegmentRight.READ, "r") + has(SegmentRight.WRITE, "w") + has(SegmentRight.EXECUTE, "x");
  return (bits & BigInt(SegmentRight.SEALED)) !== 0n ? `${letters} sealed` : letters;
}

/** What a page fault's error code says was tried (SDM 3A 4.7): bit 4 fetch, bit 1 write, else a read. */
export function accessOf(errorCode: bigint): "execute" | "write" | "read" {
  if ((errorCode & 16n) !== 0n) return "execute";
  return (errorCode & 2n) !== 0n ? "write" : "read";
}

/** u64 as JSON has it here: a string, since a JSON number keeps only 53 bits. */
export function hex(value: bigint | number): string {
  return `0x${BigInt(value).toString(16)}`;
}

function spelled(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}
