import { Access } from "./access";
import { ErrorBit } from "./faults";
import { Cr0, Cr4, Efer, cpu } from "./state";

/**
 * Effective rights of a translation: what the entries of all its levels allow together (SDM 3A 4.6). Whether an access passes is
 * decided at each access, since WP, SMEP, SMAP and AC may have changed since the translation was cached.
 */
export namespace Right {
  /** U/S was 1 at every level: a user-mode page. */
  export const USER: u32 = 1;
  /** R/W was 1 at every level. */
  export const WRITE: u32 = 2;
  /** XD was 1 at some level, with EFER.NXE = 1. */
  export const NO_EXECUTE: u32 = 4;
  /** The leaf's D flag was 1. */
  export const DIRTY: u32 = 8;
  /** G was 1 in the leaf, with CR4.PGE = 1. */
  export const GLOBAL: u32 = 16;
}

/** SDM 3A 4.6.1. */
export function isAllowed(rights: u32, access: u32): bool {
  return access & Access.USER ? isAllowedToUser(rights, access) : isAllowedToSupervisor(rights, access);
}

function isAllowedToUser(rights: u32, access: u32): bool {
  if (!(rights & Right.USER)) return false;
  if (access & Access.FETCH) return !(rights & Right.NO_EXECUTE);
  return !(access & Access.WRITE) || (rights & Right.WRITE) != 0;
}

function isAllowedToSupervisor(rights: u32, access: u32): bool {
  const isUserPage = (rights & Right.USER) != 0;
  if (access & Access.FETCH) return !(rights & Right.NO_EXECUTE) && !(isUserPage && cpu().cr4 & Cr4.SMEP);
  if (isUserPage && cpu().cr4 & Cr4.SMAP && !(access & Access.AC)) return false;
  return !(access & Access.WRITE) || (rights & Right.WRITE) != 0 || !(cpu().cr0 & Cr0.WP);
}

/** The error code for a fault of `access`: `cause` (PRESENT, RESERVED) and the bits that describe the access. SDM 3A 4.7. */
export function errorCode(access: u32, cause: u32): u32 {
  let error = cause;
  if (access & Access.WRITE) error |= ErrorBit.WRITE;
  if (access & Access.USER) error |= ErrorBit.USER;
  if (access & Access.FETCH && reportsFetches()) error |= ErrorBit.FETCH;
  return error;
}

/** I/D is defined only if CR4.SMEP = 1, or CR4.PAE = 1 and EFER.NXE = 1. */
function reportsFetches(): bool {
  const state = cpu();
  return (state.cr4 & Cr4.SMEP) != 0 || ((state.cr4 & Cr4.PAE) != 0 && (state.efer & Efer.NXE) != 0);
}
