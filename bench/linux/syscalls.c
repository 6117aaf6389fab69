/* user/bench/syscalls.ts on Linux. */
#include "calls.h"

#define PAGES 511ull
#define BYTES (PAGES * PAGE)

static uint64_t map_file(int64_t file) {
  int64_t at = call6(MMAP, 0, BYTES, READ_WRITE, SHARED, file, 0);
  if (at <= 0) fail("mmap\n");
  return at;
}
static void write_all(uint64_t at) {
  for (uint64_t page = at; page < at + BYTES; page += PAGE) write_byte(page);
}
static void shm_map(void) {
  int64_t file = call(MEMORY_FILE, (uintptr_t) "", 0, 0);
  if (file < 0 || call(TRUNCATE, file, BYTES, 0)) fail("memory file\n");
  uint64_t first = map_file(file), second = map_file(file);
  write_all(first);
  begin(), write_all(second), end(PAGES);
  unmap(first, BYTES), unmap(second, BYTES);
  call(CLOSE, file, 0, 0);
}

/* A word there and a word back, through two pipes. */
enum { READ_END, WRITE_END };
static void message_roundtrip(void) {
  int there[2], back[2];
  uint64_t word = 0;
  if (call(PIPE, (uintptr_t)there, 0, 0) || call(PIPE, (uintptr_t)back, 0, 0)) fail("pipe\n");
  uint64_t number = fork_task();
  while (number == 0) {
    call(READ, there[READ_END], (uintptr_t)&word, sizeof word);
    call(WRITE, back[WRITE_END], (uintptr_t)&word, sizeof word);
  }
  for (uint64_t i = 0; i <= TIMES; i++) {
    if (i == 1) begin();
    call(WRITE, there[WRITE_END], (uintptr_t)&i, sizeof i);
    call(READ, back[READ_END], (uintptr_t)&word, sizeof word);
    if (word != i) fail("message\n");
  }
  end(TIMES);
  call(KILL, number, 9, 0);
  wait_for(number);
  for (int i = 0; i < 2; i++) call(CLOSE, there[i], 0, 0), call(CLOSE, back[i], 0, 0);
}

void run(void) {
  measure("syscall.null", syscall_null);
  measure("map.pair", map_pair);
  measure("brk.pair", brk_pair);
  measure("shm.map", shm_map);
  measure("message.roundtrip", message_roundtrip);
  fail("the end\n");
}
