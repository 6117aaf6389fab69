import { PhysAddr } from "../address/addr";
import { PAGE_BYTES, PAGE_SHIFT } from "../address/pages";

/** Frame numbers are 32 bits, and the last one means "none": 16 TiB less one frame. */
export const FRAME_LIMIT: u64 = 0xffff_ffff;

/**
 * One 4096-byte frame of physical memory, by number. The class is a type only: a value of it is the bare number, so that it costs
 * nothing and cannot be mixed up with a count or an address.
 */
@unmanaged
@final
export class Frame {
  /** No frame: what an exhausted allocator answers. Not frame 0, which exists. */
  static none(): Frame {
    return changetype<Frame>(<usize>0xffff_ffff);
  }

  /** Unchecked: the caller knows that `number` is below `FRAME_LIMIT`. */
  static of(number: u32): Frame {
    return changetype<Frame>(<usize>number);
  }

  /** Checked: `address` is the first byte of a frame below the limit. */
  static at(address: PhysAddr): Frame {
    const frame = Frame.tryAt(address);
    assert(!frame.isNone);
    return frame;
  }

  /** `none` when `address` is not the first byte of a frame below the limit. */
  static tryAt(address: PhysAddr): Frame {
    const number: u64 = address >> PAGE_SHIFT;
    if ((address & (PAGE_BYTES - 1)) != 0 || number >= FRAME_LIMIT) return Frame.none();
    return Frame.of(<u32>number);
  }

  /** Truncating: the frame in which `address` lies; `none` above the limit. */
  static containing(address: PhysAddr): Frame {
    return Frame.tryAt(<PhysAddr>(address & ~(PAGE_BYTES - 1)));
  }

  get number(): u32 {
    return <u32>changetype<usize>(this);
  }

  get isNone(): bool {
    return this.number == 0xffff_ffff;
  }

  /** Its first byte. */
  get address(): PhysAddr {
    return <PhysAddr>((<u64>this.number) << PAGE_SHIFT);
  }
}
