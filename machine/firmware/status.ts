/** EFI_STATUS (UEFI 2.10 appendix D). */
const ERROR = 1n << 63n;
export const EFI = {
  SUCCESS: 0n,
  INVALID_PARAMETER: ERROR | 2n,
  UNSUPPORTED: ERROR | 3n,
  BUFFER_TOO_SMALL: ERROR | 5n,
  OUT_OF_RESOURCES: ERROR | 9n,
  NOT_FOUND: ERROR | 14n,
} as const;

/** The agent did what UEFI forbids: a mistake in `loader/`, not in anything that a user gave. */
export class FirmwareMisuse extends Error {
  override readonly name = "FirmwareMisuse";
}
