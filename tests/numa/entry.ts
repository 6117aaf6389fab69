/** Memory map and topology of the kernel on the embedded machine's physical memory. */
export * from "../frames/entry";
export * from "../../kernel/numa/topology";
export { domainCount } from "../../kernel/numa/domains";
