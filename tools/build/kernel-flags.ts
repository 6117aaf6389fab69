/** asc flags of every build of the kernel: where its assertions report. */
export const kernelFlags = ["--use", "abort=kernel/console/panic/kernelAbort"] as const;
