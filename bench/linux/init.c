/*
 * user/bench/spaces.ts on Linux, as the one process of a machine without a C library: for each workload a line "bench NAME OPERATIONS TICKS"
 * on the console. Numbers of calls: linux-6.1, arch/x86/entry/syscalls/syscall_64.tbl.
 */
#include <stdint.h>

enum { WRITE = 1, MMAP = 9, MPROTECT = 10, MUNMAP = 11, BRK = 12, YIELD = 24, PAUSE = 34, GETPID = 39, FORK = 57, EXIT = 60, WAIT = 61, KILL = 62, SCHEDULER = 144, REBOOT = 169 };
enum { OTHER, FIFO };
enum { READ_ONLY = 1, READ_WRITE = 3, PRIVATE_ANONYMOUS = 0x22, POPULATE = 0x8000 };

static int64_t call6(int64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
  register uint64_t r10 __asm__("r10") = d;
  register uint64_t r8 __asm__("r8") = e;
  register uint64_t r9 __asm__("r9") = f;
  int64_t result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return result;
}
static int64_t call(int64_t number, uint64_t a, uint64_t b, uint64_t c) { return call6(number, a, b, c, 0, 0, 0); }

#define PAGE 4096ull
#define PAGES 511ull
#define BYTES (PAGES * PAGE)
#define LARGE 0x200000ull
#define ROUNDS 8
#define TIMES 256ull
#define FORKS 32ull
#define TABLES 16ull

static uint64_t ticks, operations, begun;
static void begin(void) { begun = __builtin_ia32_rdtsc(); }
static void end(uint64_t count) { ticks += __builtin_ia32_rdtsc() - begun, operations += count; }

static void print(const char* text) {
  uint64_t length = 0;
  while (text[length]) length++;
  call(WRITE, 1, (uintptr_t)text, length);
}
static void print_number(uint64_t value) {
  char digits[24], *at = digits + 23;
  *at = 0;
  do *--at = '0' + value % 10; while (value /= 10);
  print(at);
}
static void fail(const char* what) {
  print(what);
  for (;;) call(REBOOT, 0xfee1dead, 672274793, 0x4321fedc);
}

static void measure(const char* name, void (*workload)(void)) {
  workload();
  ticks = operations = 0;
  for (int round = 0; round < ROUNDS; round++) workload();
  print("bench "), print(name), print(" "), print_number(operations), print(" "), print_number(ticks), print("\n");
}

static uint64_t map(uint64_t bytes, uint64_t flags) {
  int64_t at = call6(MMAP, 0, bytes, READ_WRITE, PRIVATE_ANONYMOUS | flags, -1, 0);
  if (at <= 0) fail("mmap\n");
  return at;
}
static void unmap(uint64_t at, uint64_t bytes) {
  if (call(MUNMAP, at, bytes, 0)) fail("munmap\n");
}
static void write_byte(uint64_t at) { *(volatile uint8_t*)at = 1; }
static void write_all(uint64_t at) {
  for (uint64_t page = at; page < at + BYTES; page += PAGE) write_byte(page);
}

static void syscall_null(void) {
  begin();
  for (uint64_t i = 0; i < TIMES; i++) call(GETPID, 0, 0, 0);
  end(TIMES);
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
static void map_pair(void) {
  begin();
  for (uint64_t i = 0; i < TIMES; i++) unmap(map(PAGE, 0), PAGE);
  end(TIMES);
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
static void brk_pair(void) {
  uint64_t old = call(BRK, 0, 0, 0);
  begin();
  for (uint64_t i = 0; i < TIMES; i++) call(BRK, old + PAGE, 0, 0), call(BRK, old, 0, 0);
  end(TIMES);
}

/* Does nothing until it is killed: Linux might run it at once. */
static uint64_t child(void) {
  int64_t number = call(FORK, 0, 0, 0);
  if (number < 0) fail("fork\n");
  while (number == 0) call(PAUSE, 0, 0, 0);
  return number;
}
static void kill_and_wait(uint64_t number) {
  call(KILL, number, 9, 0);
  if (call(WAIT, number, 0, 0) < 0) fail("wait\n");
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
    int64_t number = call(FORK, 0, 0, 0);
    if (number == 0) call(EXIT, 0, 0, 0);
    if (call(WAIT, number, 0, 0) < 0) fail("wait\n");
  }
  end(FORKS);
}

/* By the class whose yield always makes room; the usual one decides for itself. */
static void context_switch(void) {
  int fifo_priority = 1, other_priority = 0;
  if (call(SCHEDULER, 0, FIFO, (uintptr_t)&fifo_priority)) fail("scheduler\n");
  int64_t number = call(FORK, 0, 0, 0);
  for (uint64_t i = 0; number == 0 && i < TIMES; i++) call(YIELD, 0, 0, 0);
  if (number == 0) call(EXIT, 0, 0, 0);
  call(YIELD, 0, 0, 0);
  begin();
  for (uint64_t i = 0; i < TIMES / 2; i++) call(YIELD, 0, 0, 0);
  end(TIMES);
  if (call(WAIT, number, 0, 0) < 0) fail("wait\n");
  call(SCHEDULER, 0, OTHER, (uintptr_t)&other_priority);
}

static void run(void) {
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
  fail("the end\n");
}

__attribute__((used, noreturn)) static void start(void) {
  run();
  for (;;) {}
}
__asm__(".global _start; _start: xor %ebp, %ebp; and $-16, %rsp; call start");
