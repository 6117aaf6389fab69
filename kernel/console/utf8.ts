/** UTF-8 as The Unicode Standard, 3.9, has it: no overlong form, no surrogate, nothing beyond U+10FFFF. */

/** Code point of the character at `at`, of which at most `length` bytes are there; `MALFORMED` when there is none. */
export function codePointAt(at: usize, length: u32): u32 {
  const bytes = bytesByLead(load<u8>(at));
  if (bytes == 0 || bytes > length) return MALFORMED;
  let code: u32 = (<u32>load<u8>(at)) & (0xff >> (bytes == 1 ? 0 : bytes + 1));
  for (let i: u32 = 1; i < bytes; i++) {
    const next: u32 = load<u8>(at + i);
    if ((next & 0xc0) != 0x80) return MALFORMED;
    code = (code << 6) | (next & 0x3f);
  }
  return bytesOf(code) == bytes && !isSurrogate(code) && code <= LAST_CODE_POINT ? code : MALFORMED;
}

/** No code point. */
export const MALFORMED: u32 = u32.MAX_VALUE;
const LAST_CODE_POINT: u32 = 0x10_ffff;

/** Bytes of a character, by its first; 0 for a byte that begins none. */
function bytesByLead(lead: u32): u32 {
  if (lead < 0x80) return 1;
  if (lead < 0xc0 || lead >= 0xf8) return 0;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** How many bytes `code` takes. */
export function bytesOf(code: u32): u32 {
  if (code < 0x80) return 1;
  return code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
}

function isSurrogate(code: u32): bool {
  return code >> 11 == 0x1b;
}
