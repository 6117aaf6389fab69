import { pathToFileURL } from "node:url";
import { checkKernel } from "./check-kernel.ts";
import { inOrder, runPackage, type Step } from "./run.ts";

/** `npm run lint`: types on both sides of the seam, rules, layout. */
export const lintSteps: readonly Step[] = [
  { title: "types: host", work: () => runPackage("typescript/bin/tsc", ["-p", "tsconfig.json"]) },
  { title: "types: kernel", work: checkKernel },
  { title: "rules", work: () => runPackage("eslint/bin/eslint.js", ["--max-warnings", "0", "."]) },
  { title: "layout", work: () => runPackage("prettier/bin/prettier.cjs", ["--check", "--log-level", "warn", "."]) },
];

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exitCode = await inOrder(lintSteps);
