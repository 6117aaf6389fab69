import { KernelObject } from "./object";
import { Quota } from "../quotas/quota";
import { HandleRight } from "./rights";

/**
 * A right to an object, in one task's table: what seL4 and Zircon call a capability or a handle. Handles that were passed on hang below
 * the one that they come from, so that they can be taken back:
 *
 *     all rights, the creator's
 *      ├── SEND | RECEIVE, task 2's
 *      │    └── RECEIVE, task 4's
 *      └── RECEIVE, task 3's
 *
 *     byte  0       4       8      12      16        20      24     28        32
 *           object  rights  table  number  mappings  parent  first  next      previous
 *
 * A handle that is closed stays, out of its table, for as long as regions are mapped by it: by it they are found when it is revoked.
 */
@unmanaged
@final
export class Handle {
  object: KernelObject;
  /** HandleRight bits. */
  rights: u32;
  /** Whose it is. */
  table: HandleTable;
  /** In the table; 0: closed. */
  number: u32;
  /** Regions mapped by it. */
  mappings: u32;
  parent: Handle | null;
  first: Handle | null;
  next: Handle | null;
  previous: Handle | null;

  may(rights: u32): bool {
    return (this.rights & rights) == rights;
  }

  /** May a handle with `rights`, any bits, be passed on from it? */
  mayPass(rights: u64): bool {
    return this.may(HandleRight.GRANT) && (rights & ~(<u64>this.rights)) == 0;
  }
}
export const HANDLE_BYTES: u32 = 36;
if (offsetof<Handle>() != 36) ERROR("Handle is 36 bytes");

/**
 * A task's handles, by number, from 1 on:
 *
 *     byte  0      4      8     16 …     256
 *           space  quota  used  handles
 */
@unmanaged
@final
export class HandleTable {
  /** The address space of the task, as `spaces/` knows it. */
  space: usize;
  /** What handles count against, closed ones too that something is mapped by. */
  quota: Quota;
  /** Bit n: number n + 1 is in use. */
  used: u64;

  /** The lowest; 0: all are in use. */
  get freeNumber(): u32 {
    return this.used == ALL_USED ? 0 : <u32>ctz<u64>(~this.used) + 1;
  }

  /** Handle `number`, any; null: there is none. */
  at(number: u64): Handle | null {
    return number == 0 || number > MAX_HANDLES ? null : changetype<Handle | null>(load<usize>(this.place(<u32>number)));
  }

  /** As `number`, which is free. */
  add(handle: Handle, number: u32): void {
    this.used |= bitOf(number);
    handle.number = number;
    store<usize>(this.place(number), changetype<usize>(handle));
  }

  remove(handle: Handle): void {
    this.used &= ~bitOf(handle.number);
    store<usize>(this.place(handle.number), 0);
    handle.number = 0;
  }

  private place(number: u32): usize {
    return changetype<usize>(this) + HANDLES_AT + ((<usize>(number - 1)) << 2);
  }
}
function bitOf(number: u32): u64 {
  const index: u64 = number - 1;
  return (<u64>1) << index;
}

/** A task's. */
export const MAX_HANDLES: u64 = 60;
const ALL_USED: u64 = 0x0fff_ffff_ffff_ffff;
const HANDLES_AT: usize = 16;
export const TABLE_BYTES: u32 = 256;
if (offsetof<HandleTable>() != 16 || 16 + 60 * 4 != 256 || (<u64>1) << 60 != <u64>0x0fff_ffff_ffff_ffff + 1)
  ERROR("the handles fill what is there for them");
