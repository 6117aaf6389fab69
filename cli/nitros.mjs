#!/usr/bin/env node
// Lets Node read TypeScript, then hands over to the command itself.
import { register } from "tsx/esm/api";

register();
const { run } = await import("./main.ts");
process.exitCode = await run(process.argv.slice(2));
