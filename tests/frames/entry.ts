/** The core on the embedded machine, with the physical memory that it works on. */
export * from "./core";
export { physLoad32, physLoad64, physLoad8, physStore32, physStore64, physStore8 } from "platform";
export { ramDeclare } from "model/ram/ram";
export { traceEverything, drainTrace } from "../../kernel/trace/trace";
