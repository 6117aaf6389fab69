/** Where the boot agent puts the kernel and the direct map: its draws alone. */
export { startFromEntropy, startFromSeed } from "../../loader/random";
export { drawDirectMapBase, drawKernelBase } from "../../loader/zones";
