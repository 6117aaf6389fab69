// Runs asc in a plain Node process (under tsx, loading it takes five times as long as using it) and prints, as one line of JSON,
// the error, the diagnostics, and the hash of every source that was read. Arguments: those of asc.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import * as asc from "assemblyscript/asc";

const sources = {};
let diagnostics = "";
const { error } = await asc.main(process.argv.slice(2), {
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
process.stdout.write(JSON.stringify({ error: error?.message, diagnostics, sources }));
