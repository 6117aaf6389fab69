/* eslint nitros/no-hex-flag: "off" -- the cases below are what it looks for */
import parser from "@typescript-eslint/parser";
import type { TSESLint } from "@typescript-eslint/utils";
import { RuleTester, type Rule } from "eslint";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { plugin } from "../../tools/eslint/plugin.ts";

const folder = join(dirname(fileURLToPath(import.meta.url)), "eslint-fixture");
const filename = join(folder, "file.ts");

RuleTester.describe = describe;
RuleTester.it = it;
const tester = new RuleTester({
  languageOptions: {
    parser,
    parserOptions: { project: join(folder, "tsconfig.json"), allowInvalidAST: true },
  },
});

interface Cases {
  readonly valid: readonly string[];
  /** Code and the message that it must give. */
  readonly invalid: Readonly<Record<string, string>>;
}

function check(name: keyof typeof plugin.rules, { valid, invalid }: Cases): void {
  const rule = plugin.rules[name] as TSESLint.RuleModule<string> as unknown as Rule.RuleModule;
  tester.run(name, rule, {
    valid: valid.map((code) => ({ code, filename })),
    invalid: Object.entries(invalid).map(([code, messageId]) => ({ code, filename, errors: [{ messageId }] })),
  });
}

check("no-narrow-shift", {
  valid: [
    "const x: u64 = 1 << 40;",
    "const x: i64 = -(1 << 40);",
    "const x: u32 = 1 << 31;",
    "const x = 1 << 30;",
    "const x = <u64>(1 << 40);",
    "function f(word: u64): u64 { return word & (1 << 63); }",
    "function f(): u64 { return 1 << 52; }",
    "function g(x: u64): void {} g(1 << 40);",
    "class A { limit: u64 = 1 << 40; }",
  ],
  invalid: {
    "const x = 1 << 40;": "lost",
    "const x = 1 << 31;": "lost",
    "const x: u32 = 1 << 32;": "lost",
    "const x: u64 = 1 << 64;": "lost",
    "let x = (1 << 12) | (1 << 52);": "lost",
    "function f(word: u32): u32 { return word & (1 << 40); }": "lost",
    "function f(): u32 { return 1 << 40; }": "lost",
    "function g(x: u32): void {} g(1 << 40);": "lost",
    "let x: u32 = 0; x = 1 << 33;": "lost",
    "class A { limit = 1 << 40; }": "lost",
  },
});

check("no-late-widening", {
  valid: [
    "function f(n: u32): u64 { return <u64>n * 4096; }",
    "function f(n: u64): u64 { return n * 4096; }",
    "function f(n: u32): u32 { return n * 4096; }",
    "function f(n: u32): u64 { return 4096 * <u64>n; }",
    "const X: u64 = 512 * 4096;",
    "function f(n: u32): u64 { return load<u64>(n * 8); }",
    "function f(n: u64): u64 { return (n >> 12) * 8; }",
  ],
  invalid: {
    "function f(n: u32): u64 { return <u64>(n * 4096); }": "late",
    "function f(n: u32): u64 { return n * 4096; }": "late",
    "function f(n: u32): void { const x: u64 = n * 4096; }": "late",
    "function f(base: u64, n: u32): u64 { return base + n * 8; }": "late",
    "function f(n: u32): u64 { return <u64>(n << 12); }": "late",
    "function g(x: u64): void {} function f(n: u32): void { g(n * 4096); }": "late",
    "const BYTES: u32 = 4096; function f(n: u32): u64 { return n * BYTES; }": "late",
    "class A { count: u32 = 0; bytes(): u64 { return this.count * 4096; } }": "late",
    "function count(): u32 { return 1; } const x: u64 = count() * 4096;": "late",
    "function f(n: u8, base: u64): bool { return n * 8 < base; }": "late",
  },
});

check("no-wide-enum", {
  valid: ["enum E { A = 1 << 30, B = -1, C = 0x7fffffff, D }"],
  invalid: {
    "enum E { NX = 1 << 63 }": "wide",
    "enum E { TOP = 0x80000000 }": "wide",
    "enum E { BIT = 1 << 31 }": "wide",
  },
});

check("no-sizeof-class", {
  valid: ["const x = sizeof<u64>();", "function f<T>(): usize { return sizeof<T>(); }", "class A {} offsetof<A>();"],
  invalid: { "class A {} const x = sizeof<A>();": "pointer" },
});

check("no-hex-flag", {
  valid: ['const f = ["--use", "LIMIT=16"];', 'const f = "--use abort=kernel/panic";', 'const s = "seed=0x10";'],
  invalid: {
    'const f = ["--use", "LIMIT=0x10"];': "hex",
    'const f = "asc --use LIMIT=0x10";': "hex",
    'const f = ["--memoryBase", "0x200000"];': "hex",
    "const f = ['--use', `LIMIT=0x${1}`];": "hex",
  },
});
