/** The core on the embedded machine, which wants to know where there is RAM. */
export * from "./core";
export { ramDeclare } from "model/ram/ram";
