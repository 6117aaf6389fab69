import { register } from "tsx/esm/api";
import tseslint from "typescript-eslint";

register();
const { plugin } = await import("./tools/eslint/plugin.ts");

const ASSEMBLYSCRIPT = ["kernel/**/*.ts", "platform/**/*.ts", "loader/**/*.ts", "user/**/*.ts"];

/** node:test's functions return promises that its runner awaits. */
const TEST_FUNCTIONS = [{ from: "package", name: ["test", "it", "describe", "suite", "before", "after"], package: "node:test" }];

export default tseslint.config(
  { ignores: ["build/", "node_modules/", "**/*.brand.ts", "tests/house/eslint-fixture/"] },
  {
    files: ["cli/**/*.ts", "machine/**/*.ts", "tools/**/*.ts", "bench/**/*.ts", "tests/**/*.test.ts", "tests/support/*.ts"],
    extends: [tseslint.configs.recommended],
    plugins: { nitros: plugin },
    languageOptions: { parserOptions: { project: "./tsconfig.json" } },
    rules: {
      "nitros/no-hex-flag": "error",
      "@typescript-eslint/no-floating-promises": ["error", { allowForKnownSafeCalls: TEST_FUNCTIONS }],
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
      "@typescript-eslint/no-non-null-assertion": "off",
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
    files: ASSEMBLYSCRIPT,
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
