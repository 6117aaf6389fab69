/*
 * user/bench/measure.ts on Linux, as the one process of a machine without a C library: for each workload a line "bench NAME OPERATIONS TICKS"
 * on the console. Numbers of calls: linux-6.1, arch/x86/entry/syscalls/syscall_64.tbl.
 */
#pragma once
#include <stdint.h>

enum { READ, WRITE, CLOSE = 3, MMAP = 9, MPROTECT = 10, MUNMAP = 11, BRK = 12, PIPE = 22, YIELD = 24, PAUSE = 34, GETPID = 39, FORK = 57, EXIT = 60, WAIT = 61, KILL = 62, TRUNCATE = 77, SCHEDULER = 144, REBOOT = 169, MEMORY_FILE = 319 };
enum { READ_ONLY = 1, READ_WRITE = 3, SHARED = 1, PRIVATE_ANONYMOUS = 0x22, POPULATE = 0x8000 };

static inline int64_t call6(int64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
  register uint64_t r10 __asm__("r10") = d;
  register uint64_t r8 __asm__("r8") = e;
  register uint64_t r9 __asm__("r9") = f;
  int64_t result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return result;
}
static inline int64_t call(int64_t number, uint64_t a, uint64_t b, uint64_t c) { return call6(number, a, b, c, 0, 0, 0); }

#define PAGE 4096ull
#define ROUNDS 8
#define TIMES 256ull

static uint64_t ticks, operations, begun;
static inline void begin(void) { begun = __builtin_ia32_rdtsc(); }
static inline void end(uint64_t count) { ticks += __builtin_ia32_rdtsc() - begun, operations += count; }

static inline void print(const char* text) {
  uint64_t length = 0;
  while (text[length]) length++;
  call(WRITE, 1, (uintptr_t)text, length);
}
static inline void print_number(uint64_t value) {
  char digits[24], *at = digits + 23;
  *at = 0;
  do *--at = '0' + value % 10; while (value /= 10);
  print(at);
}
static inline void fail(const char* what) {
  print(what);
  for (;;) call(REBOOT, 0xfee1dead, 672274793, 0x4321fedc);
}

static inline void measure(const char* name, void (*workload)(void)) {
  workload();
  ticks = operations = 0;
  for (int round = 0; round < ROUNDS; round++) workload();
  print("bench "), print(name), print(" "), print_number(operations), print(" "), print_number(ticks), print("\n");
}

static inline uint64_t map(uint64_t bytes, uint64_t flags) {
  int64_t at = call6(MMAP, 0, bytes, READ_WRITE, PRIVATE_ANONYMOUS | flags, -1, 0);
  if (at <= 0) fail("mmap\n");
  return at;
}
static inline void unmap(uint64_t at, uint64_t bytes) {
  if (call(MUNMAP, at, bytes, 0)) fail("munmap\n");
}
static inline void write_byte(uint64_t at) { *(volatile uint8_t*)at = 1; }
static inline uint64_t fork_task(void) {
  int64_t number = call(FORK, 0, 0, 0);
  if (number < 0) fail("fork\n");
  return number;
}
static inline void wait_for(uint64_t number) {
  if (call(WAIT, number, 0, 0) < 0) fail("wait\n");
}

void run(void);
__attribute__((used, noreturn)) static void start(void) {
  run();
  for (;;) {}
}
__asm__(".global _start; _start: xor %ebp, %ebp; and $-16, %rsp; call start");
