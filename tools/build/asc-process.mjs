// Runs asc in a plain Node process (under tsx, loading it takes five times as long as using it) and prints one line of JSON. Arguments: those of asc.
import { runAsc } from "./asc-run.mjs";

process.stdout.write(JSON.stringify(await runAsc(process.argv.slice(2))));
