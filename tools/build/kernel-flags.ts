/** Builds of the kernel. `debug-heap`: free kernel objects are poisoned and watched (kernel/heap/debug.ts). */
export type KernelBuild = "usual" | "debug-heap";

/** asc flags of every build of the kernel: where its assertions report. */
export const kernelFlags = ["--use", "abort=kernel/console/panic/kernelAbort"] as const;

export function flagsOf(build: KernelBuild): readonly string[] {
  return build === "debug-heap" ? [...kernelFlags, "--use", "HEAP_DEBUG=1"] : kernelFlags;
}

/** The name of its files. */
export function fileNameOf(build: KernelBuild): string {
  return build === "usual" ? "kernel" : `kernel-${build}`;
}
