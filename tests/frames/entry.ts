/** The kernel's memory map and frames, alone, with the physical memory that they work on: what the tests of both call. */
export * from "../../kernel/boot/bootinfo";
export * from "../../kernel/boot/memory-map";
export { framesInitialise } from "../../kernel/boot/memory-map-frames";
export * from "../../kernel/frames/bring-up";
export * from "../../kernel/frames/allocator";
