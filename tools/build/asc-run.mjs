// Runs asc, and says as JSON would the error, the diagnostics, and the hash of every source that was read.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import * as asc from "assemblyscript/asc";

/** @param {string[]} args those of asc; paths are from the project's root, which is the working folder */
export async function runAsc(args) {
  const sources = {};
  let diagnostics = "";
  const { error } = await asc.main(args, {
    stdout: { write: () => true },
    stderr: { write: (text) => ((diagnostics += text), true) },
    readFile(name, base) {
      const path = resolve(base, name);
      let text;
      try {
        text = readFileSync(path, "utf8");
      } catch {
        return null;
      }
      sources[path] = createHash("sha256").update(text).digest("hex");
      return text;
    },
    writeFile(name, contents, base) {
      const path = resolve(base, name);
      mkdirSync(dirname(path), { recursive: true });
      // Renamed at the end, so that nobody reads half a file.
      writeFileSync(`${path}.${process.pid}`, contents);
      renameSync(`${path}.${process.pid}`, path);
    },
    listFiles: () => [],
  });
  return { error: error?.message, diagnostics, sources };
}
