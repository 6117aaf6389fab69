import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { projectRoot } from "./assemblyscript.ts";

/** What an AssemblyScript file declares and does not define, as the imports that WebAssembly makes of it: "file.function". */
export function declaredImports(path: string): string[] {
  const source = readFileSync(join(projectRoot, path), "utf8");
  const names = [...source.matchAll(/^export declare function (\w+)\(/gm)].map((match) => match[1]);
  return names.map((name) => `${basename(path, ".ts")}.${name}`);
}
