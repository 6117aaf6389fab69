import { HEADER_BYTES, openTable, Signature, tableByte, tableLength, tableWord } from "./acpi";
import { LOCAL_DISTANCE, setNodeDistance } from "../frames/nodes";
import { domainCount, domainOf } from "./domains";
import { noteOddity } from "./oddities";
import { Oddity } from "./oddity";

/**
 * How far nodes are from one another: the SLIT (ACPI 6.5 §5.2.17). Row and column are proximity domains.
 *
 *     byte  size
 *       36     8  localities n
 *       44  n · n distances, a byte each, row by row: 10 to itself, 11 to 254 to others, 255 no connection, below 10 reserved
 */
const MATRIX_AT: u32 = HEADER_BYTES + 8;
/** More than any table has room for; its square does not overflow. */
const MAX_LOCALITIES: u64 = 0x1_0000;

/** No connection. */
const UNREACHABLE: u32 = 255;

let localities: u32 = 0;

/** Tells the frames the distances that the table at `address` has. False if there is no sound SLIT. */
export function readDistances(address: u64): bool {
  if (!openTable(address, Signature.SLIT, MATRIX_AT)) return false;
  const count = tableWord(HEADER_BYTES);
  if (count > MAX_LOCALITIES || count * count > tableLength() - MATRIX_AT) {
    noteOddity(Oddity.MATRIX_TOO_LARGE, count);
    return false;
  }
  localities = <u32>count;
  for (let node: u32 = 0; node < domainCount(); node++) {
    if (domainOf(node) >= localities) noteOddity(Oddity.DOMAIN_WITHOUT_DISTANCES, domainOf(node));
    else readRow(node);
  }
  return true;
}

function readRow(from: u32): void {
  for (let to: u32 = 0; to < domainCount(); to++) {
    if (domainOf(to) >= localities) continue;
    const distance = matrixEntry(domainOf(from), domainOf(to));
    if (!isValid(from, to, distance)) {
      noteOddity(Oddity.DISTANCE_INVALID, distance);
      continue;
    }
    if (distance == UNREACHABLE) noteOddity(Oddity.DISTANCE_UNREACHABLE, distance);
    if (from < to && matrixEntry(domainOf(to), domainOf(from)) != distance)
      noteOddity(Oddity.DISTANCE_ASYMMETRIC, distance);
    setNodeDistance(from, to, distance);
  }
}

function matrixEntry(row: u32, column: u32): u32 {
  return tableByte(MATRIX_AT + row * localities + column);
}

function isValid(from: u32, to: u32, distance: u32): bool {
  return from == to ? distance == LOCAL_DISTANCE : distance >= LOCAL_DISTANCE;
}
