/**
 * The platform of the embedded machine, but that another processor may act before each of the kernel's accesses to page tables, and that
 * invalidations are counted.
 */
export { directAddress, directLoad8 } from "platform/direct";
export * from "platform/objects";
export { readCr0, writeCr0, readCr3, readCr4, writeCr4, readMsr, writeMsr, invalidateContext } from "platform/mmu";
export { invalidatePage, writeCr3 } from "platform/counting";
export * from "platform/cpu";
export * from "platform/local";
export * from "platform/context";
export * from "platform/user";
export * from "platform/output";
export * from "platform/descriptors";
export { setDirectMap, physLoad8, physLoad16, physLoad32, physStore8, physStore16, physStore32 } from "platform/memory";
export { physAdd32, physWrite, physRead, physCopy, physCopyStreaming } from "platform/memory";
export { framesZeroStreaming, frameCopy, frameCopyStreaming } from "platform/memory";
export { kernelLoad8, kernelLoad16, kernelLoad32, kernelLoad64 } from "platform/memory";
export { kernelStore8, kernelStore16, kernelStore32, kernelStore64 } from "platform/memory";
export { physLoad64, physStore64, physCompareExchange64, physExchange64, physOr64, physAnd64 } from "platform/racing";
export { directAdd64, directStore8, frameZero, framesZero, physAdd64 } from "platform/racing";
