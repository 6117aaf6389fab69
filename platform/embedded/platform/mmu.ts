export { readCr0, writeCr0, readCr3, writeCr3, readCr4, writeCr4 } from "../model/mmu/registers";
export { readMsr, writeMsr } from "../model/cpu/msr";
export { invalidateContext, invalidatePage } from "../model/mmu/invalidate";
