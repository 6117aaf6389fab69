import { execute, load64, textStart } from "nitros";

const LEAST_TEXT_BYTES: u64 = 65536;

/**
 * Runs eight bytes of machine code, the lowest first. The compiler puts a constant of 64 bits into the program's text as it is, where
 * it may be executed: the caller's own mention of `code` is what is found here. Returns false if it is not there.
 */
export function runMachineCode(code: u64): bool {
  for (let at: u64 = 0; at <= LEAST_TEXT_BYTES - 8; at++) {
    if (load64(textStart() + at) == code) {
      execute(textStart() + at);
      return true;
    }
  }
  return false;
}
