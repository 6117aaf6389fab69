/**
 * The platform on x86-64. Each declaration becomes a wasm import named after its file (`memory.physLoad64`), which `metal/`
 * defines as a `static inline` C function; all else is code, upon what `processor.ts` and `native.ts` declare. `platform/CONTRACT.md` says
 * what each must do; the embedded machine keeps the same promises in `platform/embedded/platform/`.
 */
export * from "./memory";
export * from "./direct";
export * from "./objects";
export * from "./mmu";
export * from "./cpu";
export * from "./local";
export * from "./context";
export * from "./user";
export * from "./output";
export * from "./descriptors";
export * from "./trampoline";
export * from "./delay";
