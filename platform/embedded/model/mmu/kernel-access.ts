import { tick } from "../cpu/time";
import { kernelFault } from "../host";
import { faultAddress, faultError, faultVector } from "./faults";
import { translate } from "./translate";

/** Translates an access of the kernel's own. A fault does not return: the host enters the kernel's `trap`, which panics. */
export function kernelAddress(linear: u64, access: u32): usize {
  tick();
  const at = translate(linear, access);
  if (at == 0) {
    kernelFault(faultVector(), faultError(), faultAddress());
    unreachable();
  }
  return at;
}
