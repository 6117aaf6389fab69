/** What the kernel makes of the frame buffer that bootinfo names, on the embedded machine's memory. */
export { bootinfoErrorText, checkBootinfo } from "../../kernel/bootinfo/bootinfo";
export { mapErrorText, readMemoryMap } from "../../kernel/memory-map/memory-map";
export { screenBytes, screenWidth } from "../../kernel/boot/screen";
export { physStore32, physStore64 } from "platform";
export { ramDeclare } from "model/ram/ram";
