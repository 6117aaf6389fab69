import { readFileSync } from "node:fs";
import { register } from "tsx/esm/api";
import tseslint from "typescript-eslint";

register();
const { plugin } = await import("./tools/eslint/plugin.ts");

/** The files of a tsconfig: what is AssemblyScript, and what is not, has one home. */
function filesOf(tsconfig, list) {
  return JSON.parse(readFileSync(new URL(tsconfig, import.meta.url), "utf8"))[list];
}

/** node:test's functions return promises that its runner awaits. */
const TEST_FUNCTIONS = [
  { from: "package", name: ["test", "it", "describe", "suite", "before", "after"], package: "node:test" },
];

export default tseslint.config(
  { ignores: ["build/", "node_modules/", "**/*.brand.ts", "tests/house/eslint-fixture/"] },
  {
    files: filesOf("tsconfig.json", "include"),
    ignores: filesOf("tsconfig.json", "exclude"),
    extends: [tseslint.configs.recommended],
    plugins: { nitros: plugin },
    languageOptions: { parserOptions: { project: "./tsconfig.json" } },
    rules: {
      "nitros/no-hex-flag": "error",
      "@typescript-eslint/no-floating-promises": ["error", { allowForKnownSafeCalls: TEST_FUNCTIONS }],
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      eqeqeq: "error",
      "max-lines": ["error", 600],
      "max-lines-per-function": ["error", { max: 50, skipBlankLines: true, skipComments: true, IIFEs: false }],
    },
  },
  {
    // A describe block is as long as its cases are many.
    files: ["tests/**/*.ts"],
    rules: { "max-lines-per-function": "off" },
  },
  {
    files: filesOf("tsconfig.kernel.json", "include"),
    plugins: { "@typescript-eslint": tseslint.plugin, nitros: plugin },
    languageOptions: {
      parser: tseslint.parser,
      // AssemblyScript allows what TypeScript does not, such as decorators on functions.
      parserOptions: { project: "./tsconfig.kernel.json", allowInvalidAST: true },
    },
    rules: {
      "nitros/no-narrow-shift": "error",
      "nitros/no-late-widening": "error",
      "nitros/no-wide-enum": "error",
      "nitros/no-sizeof-class": "error",
      "@typescript-eslint/no-unused-vars": ["error", { args: "none" }],
      "no-unreachable": "error",
      "no-dupe-else-if": "error",
      "no-self-compare": "error",
      "no-fallthrough": "error",
      "max-lines": ["error", 600],
      "max-lines-per-function": ["error", { max: 50, skipBlankLines: true, skipComments: true }],
    },
  },
);
