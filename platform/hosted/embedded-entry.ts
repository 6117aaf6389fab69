/** The same workloads on the embedded machine's model of memory, for Node. Compiled with `--path platform/embedded`. */
export { ramDeclare } from "model/ram/ram";
export * from "../bench/bench";
export { tryCopies } from "./workloads/copies";
