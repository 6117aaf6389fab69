// Makes a WebAssembly module able to stop at its imports and go on later (binaryen's asyncify pass), in a plain Node process: under
// tsx, loading binaryen takes far longer. Arguments: input, output, the imports that may suspend ("machine.*").
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import binaryen from "binaryen";

const [input, output, imports] = process.argv.slice(2);
const module = binaryen.readBinary(readFileSync(input));
binaryen.setOptimizeLevel(2);
binaryen.setShrinkLevel(1);
binaryen.setPassArgument("asyncify-imports", imports);
module.runPasses(["asyncify"]);
module.optimize();
if (!module.validate()) throw new Error(`asyncify made an invalid module of ${input}`);
writeFileSync(`${output}.${process.pid}`, module.emitBinary());
renameSync(`${output}.${process.pid}`, output);
