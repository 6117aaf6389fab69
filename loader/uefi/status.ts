/** EFI_STATUS (UEFI 2.10 appendix D): errors have bit 63 set. */
const ERROR: u64 = 0x8000_0000_0000_0000;
export const EFI_INVALID_PARAMETER: u64 = ERROR | 2;
export const EFI_BUFFER_TOO_SMALL: u64 = ERROR | 5;
export const EFI_NOT_FOUND: u64 = ERROR | 14;

export function isError(status: u64): bool {
  return <i64>status < 0;
}
