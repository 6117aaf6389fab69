import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { buildFolder, digest } from "./assemblyscript.ts";
import { makeIfStale } from "./stamped.ts";

/** Where wasm2c's C and its header are. */
export interface TranslatedModule {
  readonly cPath: string;
  readonly hPath: string;
}

/** wasm2c refused the module, or wrote something that this project does not know how to build for bare hardware. */
export class TranslationError extends Error {
  override readonly name = "TranslationError";
}

/**
 * Translates WebAssembly to C: `build/<outputName>.c` and `.h`, whose names begin with `w2c_<moduleName>`. The C wants
 * `metal/wasm-rt.h` and no C library, and is started by `WASM_INSTANTIATE(&the_instance)`. Does nothing when the wasm file is the one that it translated last.
 */
export async function wasmToC(wasmPath: string, outputName: string, moduleName: string): Promise<TranslatedModule> {
  const cPath = join(buildFolder, `${outputName}.c`);
  const hPath = join(buildFolder, `${outputName}.h`);
  const stamp = digest([moduleName, toolVersion(), digest(readFileSync(wasmPath))].join("\n"));
  await makeIfStale([cPath, hPath], stamp, async (c, h) => {
    await translate(wasmPath, moduleName, c!);
    const source = withInstance(forBareHardware(readFileSync(c!, "utf8")), moduleName);
    writeFileSync(c!, source.replaceAll(basename(h!), basename(hPath)));
    writeFileSync(h!, withInstantiate(readFileSync(h!, "utf8")));
  });
  return { cPath, hPath };
}

const wabtPackage = createRequire(import.meta.url).resolve("wabt/package.json");

function toolVersion(): string {
  return digest(readFileSync(wabtPackage, "utf8") + readFileSync(fileURLToPath(import.meta.url), "utf8"));
}

/** wasm2c names the header after the C file. */
async function translate(wasmPath: string, moduleName: string, cPath: string): Promise<void> {
  const wasm2c = join(dirname(wabtPackage), "bin/wasm2c");
  try {
    await promisify(execFile)(process.execPath, [wasm2c, "--module-name", moduleName, wasmPath, "-o", cPath]);
  } catch (error) {
    throw new TranslationError(`wasm2c cannot translate ${wasmPath}: ${(error as { stderr?: string }).stderr ?? error}`);
  }
}

/**
 * Adds the macro `WASM_INSTANTIATE(instance)`. wasm2c's own function takes an instance of each module that happens to be imported from;
 * the platform's functions are plain ones and look at none, so all are null.
 */
function withInstantiate(header: string): string {
  const [, name, parameters] = /void (wasm2c_\w+_instantiate)\(([^)]*)\);/.exec(header) ?? [];
  if (name === undefined || parameters === undefined) throw new TranslationError("wasm2c's header declares no instantiate function");
  const imports = parameters.split(",").slice(1).map(() => ", 0");
  const macro = `#define WASM_INSTANTIATE(instance) ${name}(instance${imports.join("")})`;
  return header.replace(/\n#endif[^\n]*\n$/, `\n${macro}\n$&`);
}

/** `the_instance`, for the C's own functions and for whoever includes it, after the header that says what it is. */
function withInstance(source: string, moduleName: string): string {
  const edited = source.replace(/#include "[^"]+\.h"\n/, `$&\nstatic w2c_${moduleName} the_instance;\n`);
  if (edited === source) throw new TranslationError("wasm2c's C includes no header of its own");
  return edited;
}

interface Edit {
  readonly why: string;
  readonly pattern: RegExp;
  readonly replacement: string;
}

/** wasm2c writes for a hosted C compiler. Each edit must find its place: another version of wasm2c may need other edits. */
const edits: readonly Edit[] = [
  {
    why: "what the runtime is like",
    pattern: /#define IS_SINGLE_UNSHARED_MEMORY/,
    replacement: `${settings()}$&`,
  },
  {
    why: "there is no C library: wasm-rt.h has what is needed of it, and the compiler has the mathematics",
    pattern: /#include <assert\.h>[\s\S]*?#include <alloca\.h>\n#endif\n/,
    replacement: mathematics(),
  },
  {
    why: "the address of linear memory is a constant, not a field to load before each access",
    pattern: /#define MEM_ADDR\(mem, addr, n\) &\(\(mem\)->data\[addr\]\)/,
    replacement: "#define MEM_ADDR(mem, addr, n) &(LINEAR_MEMORY(mem)[addr])",
  },
  {
    why: "a load whose value nobody wants may be left out: the barrier after each keeps it for the trap that it might be, which only programs want",
    pattern: /#ifdef __GNUC__\n(?=#define FORCE_READ_INT)/,
    replacement: "#if WASM_UNUSED_LOADS_TRAP\n",
  },
  {
    why: "an image has one instance, whose globals are at addresses that the compiler knows: no pointer to it takes up a register",
    pattern: /\binstance->(?=w2c_)/g,
    replacement: "the_instance.",
  },
  {
    why: "there is one module, so that equal types have one address",
    pattern: /return \(a == b\) \|\| LIKELY\(a && b && !memcmp\(a, b, 32\)\);/,
    replacement: "return a == b;",
  },
  {
    why: "a float that fits no integer is an invalid conversion, not a divide error (CONTRACT, Images)",
    pattern: /(< \(max\)\)\)\)\s+\? )TRAP\(INT_OVERFLOW\)/g,
    replacement: "$1TRAP(INVALID_CONVERSION)",
  },
];

/** What wasm2c's C asks of its runtime by macros: a little-endian machine, bounds and stack fenced by page tables. */
function settings(): string {
  const values = {
    WABT_BIG_ENDIAN: "0",
    WASM_RT_MEMCHECK_GUARD_PAGES: "1",
    WASM_RT_STACK_DEPTH_COUNT: "0",
    WASM_RT_USE_SEGUE: "0",
    wasm_rt_memcpy: "__builtin_memcpy",
    "wasm_rt_is_initialized()": "true",
    "LIKELY(x)": "__builtin_expect(!!(x), 1)",
    "UNLIKELY(x)": "__builtin_expect(!!(x), 0)",
  };
  return definitions(Object.entries(values));
}

/** The functions of math.h that wasm2c's C calls, as what the compiler makes itself. */
function mathematics(): string {
  const rounding = ["floor", "ceil", "trunc", "nearbyint", "fabs", "sqrt"].flatMap((name) => [name, `${name}f`]);
  const builtins = [...rounding, "isnan", "signbit"].map((name) => [name, `__builtin_${name}`] as const);
  return definitions([...builtins, ["NAN", '__builtin_nanf("")'], ["assert(x)", "((void)0)"]]);
}

function definitions(entries: readonly (readonly [name: string, value: string])[]): string {
  return entries.map(([name, value]) => `#define ${name} ${value}\n`).join("");
}

/** Functions that say by their names that they are seldom called: not to be put in where they are, and out of the way of what is quick. */
function keepingSlowApart(source: string): string {
  return source.replace(/^static (?=\w+ w2c_\w+Slowly\()/gm, "static __attribute__((cold, noinline)) ");
}

function forBareHardware(source: string): string {
  return edits.reduce((text, { why, pattern, replacement }) => {
    const edited = text.replace(pattern, replacement);
    if (edited === text) throw new TranslationError(`wasm2c's output has changed, no place found for the edit "${why}"`);
    return edited;
  }, keepingSlowApart(source));
}
