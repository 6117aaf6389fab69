/** The platform on the embedded machine: the same promises as `platform/metal`, kept by the modelled machine. */
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
