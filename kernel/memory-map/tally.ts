/**
 * How often each kind of oddity was seen, and its first offender, in 16 bytes a kind:
 *
 *     byte  size  field
 *        0     8  first    the offending value
 *        8     4  count
 *       12     4  unused
 *       16        end
 */
@unmanaged
@final
export class Tally {
  /** `storage` holds `TALLY_BYTES` for each kind. */
  static over(storage: usize): Tally {
    return changetype<Tally>(storage);
  }

  forget(kind: u32): void {
    store<u64>(this.slot(kind), 0);
    store<u32>(this.slot(kind), 0, 8);
  }

  note(kind: u32, value: u64): void {
    const seen = this.count(kind);
    if (seen == 0) store<u64>(this.slot(kind), value);
    store<u32>(this.slot(kind), seen + 1, 8);
  }

  count(kind: u32): u32 {
    return load<u32>(this.slot(kind), 8);
  }

  first(kind: u32): u64 {
    return load<u64>(this.slot(kind));
  }

  private slot(kind: u32): usize {
    return changetype<usize>(this) + ((<usize>kind) << 4);
  }
}
export const TALLY_BYTES: u32 = 16;
