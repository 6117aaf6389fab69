/* user/bench/many.ts on Linux. */
#pragma once
#include "measure.h"

enum { OTHERS = 1000, REGIONS };
#define SPREAD (2 * REGIONS * PAGE)

static inline uint64_t spread(uint64_t protection) {
  uint64_t at = UINT64_MAX;
  for (uint64_t i = 0; i < REGIONS; i++) {
    uint64_t found = map(2 * PAGE, 0);
    at = found < at ? found : at;
  }
  if (call(MPROTECT, at, SPREAD, protection)) fail("mprotect\n");
  for (uint64_t page = at; page < at + SPREAD; page += 2 * PAGE) unmap(page, PAGE);
  return at;
}
static inline void map_pair_many(void) {
  uint64_t at = spread(READ_ONLY), middle = at + OTHERS * PAGE;
  unmap(middle + PAGE, PAGE);
  uint64_t first = map(2 * PAGE, 0);
  if (first < middle || first > middle + PAGE) fail("not in the middle\n");
  unmap(first, 2 * PAGE);
  begin();
  for (uint64_t i = 0; i < TIMES; i++) unmap(map(2 * PAGE, 0), 2 * PAGE);
  end(TIMES);
  unmap(at, SPREAD);
}
static inline void fault_write_many(void) {
  uint64_t at = spread(READ_WRITE);
  begin();
  for (uint64_t page = at + PAGE; page < at + SPREAD; page += 2 * PAGE) write_byte(page);
  end(REGIONS);
  unmap(at, SPREAD);
}
