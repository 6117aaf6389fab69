import { MAX_NODES } from "../frames/nodes";
import { noteOddity } from "./oddities";
import { Oddity } from "./oddity";

/** Proximity domains are any 32-bit numbers; nodes are numbered from 0. Node n is the n-th lowest domain with RAM or a processor. */
const domains = memory.data(64, 4);
if (16 * 4 != 64 || MAX_NODES != 16) ERROR("domains holds MAX_NODES domains");

export const NO_NODE: u32 = u32.MAX_VALUE;

let count: u32 = 0;

export function forgetDomains(): void {
  count = 0;
}

export function domainCount(): u32 {
  return count;
}

export function domainOf(node: u32): u32 {
  return load<u32>(domains + ((<usize>node) << 2));
}

/** Its node, or NO_NODE. */
export function nodeOfDomain(domain: u32): u32 {
  for (let node: u32 = 0; node < count; node++) if (domainOf(node) == domain) return node;
  return NO_NODE;
}

/** Of more than MAX_NODES domains the lowest stay. */
export function addDomain(domain: u32): void {
  if (nodeOfDomain(domain) != NO_NODE) return;
  if (count == MAX_NODES) {
    const highest = domainOf(count - 1);
    noteOddity(Oddity.TOO_MANY_DOMAINS, max<u32>(domain, highest));
    if (domain > highest) return;
    count--;
  }
  insert(domain);
}

function insert(domain: u32): void {
  let at = count++;
  for (; at > 0 && domainOf(at - 1) > domain; at--) place(at, domainOf(at - 1));
  place(at, domain);
}

function place(node: u32, domain: u32): void {
  store<u32>(domains + ((<usize>node) << 2), domain);
}
