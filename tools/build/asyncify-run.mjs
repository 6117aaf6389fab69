// Makes a program's WebAssembly able to stop at its imports, to go on later (binaryen's asyncify pass), and to be copied when it has stopped.
import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "binaryen";

/** @param {string[]} args input, output, the imports that may suspend ("machine.*"), what the names of exported globals begin with */
export function runAsyncify([input, output, imports, globalPrefix]) {
  const module = binaryen.readBinary(readFileSync(input));
  // What asc may use, which the file does not say.
  const { MutableGlobals, NontrappingFPToInt, SignExt } = binaryen.Features;
  module.setFeatures(MutableGlobals | NontrappingFPToInt | SignExt);
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(1);
  binaryen.setPassArgument("asyncify-imports", imports);
  startInMain(module);
  module.runPasses(["asyncify"]);
  module.optimize();
  exportMutableGlobals(module, globalPrefix);
  if (!module.validate()) throw new Error(`asyncify made an invalid module of ${input}`);
  writeFileSync(output, module.emitBinary());
  module.dispose();
}

// Top-level statements become the first thing that main does: there they can stop, and a copy of the instance does not repeat them.
function startInMain(module) {
  const start = module.getStart();
  if (start === 0) return;
  const main = exportedAs(module, "main");
  const calls = [module.call(nameOf(start), [], binaryen.none), module.call(main, [], binaryen.i32)];
  module.addFunction("start in main", binaryen.none, binaryen.i32, [], module.block(null, calls, binaryen.i32));
  module.setStart(0);
  module.removeExport("main");
  module.addFunctionExport("start in main", "main");
}

function nameOf(wasmFunction) {
  return binaryen.getFunctionInfo(wasmFunction).name;
}

function exportedAs(module, name) {
  const every = Array.from({ length: module.getNumExports() }, (_, index) => module.getExportByIndex(index));
  return every.map(binaryen.getExportInfo).find((each) => each.name === name).value;
}

// Last: what is exported can no longer be found to be constant, and be removed.
function exportMutableGlobals(module, prefix) {
  for (let index = 0; index < module.getNumGlobals(); index++) {
    const { name, mutable } = binaryen.getGlobalInfo(module.getGlobalByIndex(index));
    if (mutable) module.addGlobalExport(name, `${prefix}${index}`);
  }
}
