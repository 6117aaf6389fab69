/** How processors cache what a page maps. Constants only. */
export namespace Caching {
  /** As RAM is. */
  export const WRITE_BACK: u32 = 0;
  /** Never cached, in program order: registers of devices. */
  export const UNCACHED: u32 = 1;
  /** Not cached, but writes wait to go out together, in any order: memory of devices that is only drawn into. */
  export const WRITE_COMBINING: u32 = 2;
}
