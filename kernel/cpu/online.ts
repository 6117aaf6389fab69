/**
 * The CPUs that run, a bit for each: bit n is CPU n, which has the same number everywhere (`kernel/numa/cpus.ts`). A processor that did not
 * come up has a number and never runs. Under the kernel's lock; only bring-up adds.
 */
let online: u64 = 1;

export function onlineCpus(): u64 {
  return online;
}

export function bitOf(cpu: u32): u64 {
  return (<u64>1) << (<u64>cpu);
}

export function addOnline(cpu: u32): void {
  online |= bitOf(cpu);
}
