/** Every way into the kernel. Each runs to completion on this CPU's kernel stack and names, through `resumeNext`, where to leave to. */
export { boot, start } from "./boot/bring-up";
export { trap } from "./tasks/traps";
export { syscall } from "./syscalls/dispatch";
