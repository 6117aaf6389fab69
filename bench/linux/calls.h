/* user/bench/calls.ts on Linux. */
#pragma once
#include "measure.h"

static inline void syscall_null(void) {
  begin();
  for (uint64_t i = 0; i < TIMES; i++) call(GETPID, 0, 0, 0);
  end(TIMES);
}
static inline void map_pair(void) {
  begin();
  for (uint64_t i = 0; i < TIMES; i++) unmap(map(PAGE, 0), PAGE);
  end(TIMES);
}
static inline void brk_pair(void) {
  uint64_t old = call(BRK, 0, 0, 0);
  begin();
  for (uint64_t i = 0; i < TIMES; i++) call(BRK, old + PAGE, 0, 0), call(BRK, old, 0, 0);
  end(TIMES);
}
