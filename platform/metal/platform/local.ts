import { cpuIndex } from "./cpu";

const locals = memory.data(256, 4);
if (64 * 4 != 256) ERROR("locals holds a word for each of 64 CPUs");

/** The word of the CPU that runs this: an address in linear memory, where the kernel keeps what this CPU needs most often. 0 until it is set. */
export function cpuLocal(): usize {
  return load<usize>(locals + ((<usize>cpuIndex()) << 2));
}

/** Sets the word of `cpu`, whether it runs or not. */
export function setCpuLocal(cpu: u32, at: usize): void {
  store<usize>(locals + ((<usize>cpu) << 2), at);
}
