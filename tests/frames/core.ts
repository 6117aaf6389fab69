/** The kernel's bootinfo, memory map and frames, alone: what their tests call. */
export * from "../../kernel/boot/bootinfo";
export * from "../../kernel/boot/memory-map";
export { framesInitialise } from "../../kernel/boot/memory-map-frames";
export * from "../../kernel/frames/bring-up";
export * from "../../kernel/frames/allocator";
