/* user/bench/spaces.ts on Linux. */
#include "calls.h"
#include "many.h"

enum { OTHER, FIFO };
#define PAGES 511ull
#define BYTES (PAGES * PAGE)
#define LARGE 0x200000ull
#define FORKS 32ull
#define TABLES 16ull

static void write_all(uint64_t at) {
  for (uint64_t page = at; page < at + BYTES; page += PAGE) write_byte(page);
}

static void fault_write(void) {
  uint64_t at = map(BYTES, 0);
  begin(), write_all(at), end(PAGES);
  unmap(at, BYTES);
}
static void fault_read(void) {
  uint64_t at = map(BYTES, 0);
  begin();
  for (uint64_t page = at; page < at + BYTES; page += PAGE) (void)*(volatile uint8_t*)page;
  end(PAGES);
  unmap(at, BYTES);
}
static void fault_huge(void) {
  uint64_t at = map(2 * LARGE, 0);
  begin(), write_byte((at + LARGE - 1) & ~(LARGE - 1)), end(1);
  unmap(at, 2 * LARGE);
}
static void map_populate(void) {
  begin();
  uint64_t at = map(BYTES, POPULATE);
  end(PAGES);
  unmap(at, BYTES);
}
static void map_cycle(void) {
  begin();
  for (uint64_t i = 0; i < TIMES; i++) {
    uint64_t at = map(PAGE, 0);
    write_byte(at), unmap(at, PAGE);
  }
  end(TIMES);
}
static void unmap_page(void) {
  uint64_t at = map(BYTES, 0);
  write_all(at);
  begin(), unmap(at, BYTES), end(PAGES);
}
static void protect_read_only(void) {
  uint64_t at = map(BYTES, 0);
  write_all(at);
  begin(), call(MPROTECT, at, BYTES, READ_ONLY), end(PAGES);
  unmap(at, BYTES);
}
static void protect_writable(void) {
  uint64_t at = map(BYTES, 0);
  write_all(at);
  call(MPROTECT, at, BYTES, READ_ONLY);
  begin(), call(MPROTECT, at, BYTES, READ_WRITE), end(PAGES);
  unmap(at, BYTES);
}

/* Does nothing until it is killed: Linux might run it at once. */
static uint64_t child(void) {
  uint64_t number = fork_task();
  while (number == 0) call(PAUSE, 0, 0, 0);
  return number;
}
static void kill_and_wait(uint64_t number) {
  call(KILL, number, 9, 0);
  wait_for(number);
}
static void fault_cow(void) {
  uint64_t at = map(BYTES, 0);
  write_all(at);
  uint64_t other = child();
  begin(), write_all(at), end(PAGES);
  kill_and_wait(other);
  unmap(at, BYTES);
}
static void fault_reuse(void) {
  uint64_t at = map(BYTES, 0);
  write_all(at);
  uint64_t other = child();
  write_byte(at), write_byte(at + BYTES - PAGE);
  kill_and_wait(other);
  begin();
  for (uint64_t page = at + PAGE; page < at + BYTES - PAGE; page += PAGE) write_byte(page);
  end(PAGES - 2);
  unmap(at, BYTES);
}
static uint64_t fork_ticks(void) {
  uint64_t start = __builtin_ia32_rdtsc(), other = child(), taken = __builtin_ia32_rdtsc() - start;
  kill_and_wait(other);
  return taken;
}
static void fork_page(void) {
  uint64_t alone = fork_ticks(), whole = map((TABLES + 1) * LARGE, 0), first = (whole + LARGE - 1) & ~(LARGE - 1);
  for (uint64_t at = first; at < first + TABLES * LARGE; at += LARGE) unmap(at + BYTES, PAGE), write_all(at);
  ticks += fork_ticks() - alone, operations += TABLES * PAGES;
  unmap(whole, (TABLES + 1) * LARGE);
}
static void fork_cycle(void) {
  begin();
  for (uint64_t i = 0; i < FORKS; i++) {
    uint64_t number = fork_task();
    if (number == 0) call(EXIT, 0, 0, 0);
    wait_for(number);
  }
  end(FORKS);
}

/* By the class whose yield always makes room; the usual one decides for itself. */
static void context_switch(void) {
  int fifo_priority = 1, other_priority = 0;
  if (call(SCHEDULER, 0, FIFO, (uintptr_t)&fifo_priority)) fail("scheduler\n");
  uint64_t number = fork_task();
  for (uint64_t i = 0; number == 0 && i < TIMES; i++) call(YIELD, 0, 0, 0);
  if (number == 0) call(EXIT, 0, 0, 0);
  call(YIELD, 0, 0, 0);
  begin();
  for (uint64_t i = 0; i < TIMES / 2; i++) call(YIELD, 0, 0, 0);
  end(TIMES);
  wait_for(number);
  call(SCHEDULER, 0, OTHER, (uintptr_t)&other_priority);
}

void run(void) {
  measure("syscall.null", syscall_null);
  measure("fault.write", fault_write);
  measure("fault.read", fault_read);
  measure("fault.huge", fault_huge);
  measure("map.populate", map_populate);
  measure("map.pair", map_pair);
  measure("map.cycle", map_cycle);
  measure("unmap.page", unmap_page);
  measure("protect.page", protect_read_only);
  measure("protect.page.back", protect_writable);
  measure("brk.pair", brk_pair);
  measure("fault.cow", fault_cow);
  measure("fault.reuse", fault_reuse);
  measure("fork.page", fork_page);
  measure("fork.cycle", fork_cycle);
  measure("context.switch", context_switch);
  measure("fault.write.many", fault_write_many);
  measure("map.pair.many", map_pair_many);
  fail("the end\n");
}
