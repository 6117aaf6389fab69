/*
 * Physical memory through the direct map, for the kernel and the hosted build: platform/metal/platform/memory.ts says what each promises.
 * Plain words stay in program order, being volatile, on x86 (SDM 3A 9.2): loads acquire, stores release. The thread sanitizer is told so.
 */
#pragma once
static uint64_t direct_map;
IMPORT(void, memory, setDirectMap, uint64_t base) { direct_map = base; }
static inline void* physical(uint64_t address) { return (void*)(direct_map + address); }

#define WORD(bits, at) ((volatile uint##bits##_t*)(at))
#define TSAN __has_feature(thread_sanitizer) /* relaxed atomics cost even without it: around each, clang forgets what it knows of memory */
#define LOAD(bits, at) TSAN ? __atomic_load_n(WORD(bits, at), __ATOMIC_ACQUIRE) : *WORD(bits, at)
#define STORE(bits, at, value) \
  if (TSAN) __atomic_store_n(WORD(bits, at), value, __ATOMIC_RELEASE); \
  else *WORD(bits, at) = value
#define PHYSICAL_WORD(bits, passed) \
  IMPORT(passed, memory, physLoad##bits, uint64_t at) { return LOAD(bits, physical(at)); } \
  IMPORT(void, memory, physStore##bits, uint64_t at, passed value) { STORE(bits, physical(at), value); }
EACH_WORD(PHYSICAL_WORD)

IMPORT(uint64_t, direct, directAddress, uint64_t at) { return (uint64_t)physical(at); }
IMPORT(uint32_t, direct, directLoad8, uint64_t at) { return LOAD(8, at); }
IMPORT(void, direct, directStore8, uint64_t at, uint32_t value) { STORE(8, at, value); }
IMPORT(uint64_t, direct, directAdd64, uint64_t at, uint64_t value) { return __atomic_fetch_add(WORD(64, at), value, __ATOMIC_SEQ_CST); }

#define PHYSICAL_CHANGE(name, bits, change) \
  IMPORT(uint##bits##_t, memory, name##bits, uint64_t at, uint##bits##_t value) { \
    return change(WORD(bits, physical(at)), value, __ATOMIC_SEQ_CST); \
  }
PHYSICAL_CHANGE(physAdd, 32, __atomic_fetch_add)
PHYSICAL_CHANGE(physAdd, 64, __atomic_fetch_add)
PHYSICAL_CHANGE(physAnd, 64, __atomic_fetch_and)
PHYSICAL_CHANGE(physOr, 64, __atomic_fetch_or)
PHYSICAL_CHANGE(physExchange, 64, __atomic_exchange_n)
IMPORT(uint64_t, memory, physCompareExchange64, uint64_t at, uint64_t expected, uint64_t replacement) {
  __atomic_compare_exchange_n(WORD(64, physical(at)), &expected, replacement, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  return expected;
}

IMPORT(void, memory, physCopy, uint64_t to, uint64_t from, uint64_t length) { memcpy(physical(to), physical(from), length); }
IMPORT(void, memory, physWrite, uint64_t to, uint32_t from, uint32_t length) { memcpy(physical(to), linear_memory + from, length); }
IMPORT(void, memory, physRead, uint32_t to, uint64_t from, uint32_t length) { memcpy(linear_memory + to, physical(from), length); }

/* A kernel that takes eight times as many steps to zero and to copy tells how many they are: bench/net.ts. */
#ifdef EIGHTFOLD
#define REP(what) "rep " what "b"
#define STEPS 8
#else
#define REP(what) "rep " what "q"
#define STEPS 1
#endif
static inline void zero_frames(void* to, uint64_t count) {
  uint64_t words = 512 * STEPS * count;
  __asm__ volatile(REP("stos") : "+D"(to), "+c"(words) : "a"(0) : "memory");
}
/* Past the caches: MOVNTI, since the kernel has general registers alone, then SFENCE, since such stores are weakly ordered (SDM 1 10.4.6.2). */
#define STREAM(i) __asm__ volatile("movnti %1, %0" : "=m"(line[i]) : "r"((uint64_t)VALUE(i)));
#define STREAM_LINE STREAM(0) STREAM(1) STREAM(2) STREAM(3) STREAM(4) STREAM(5) STREAM(6) STREAM(7)
#define VALUE(i) 0
static inline void zero_frames_streaming(uint64_t* to, uint64_t count) {
  for (int step = 0; step < STEPS; step++)
    for (uint64_t *line = to, *end = to + 512 * count; line < end; line += 8) { STREAM_LINE }
  __asm__ volatile("sfence" ::: "memory");
}
#undef VALUE
#define VALUE(i) from[i]
static inline void copy_lines_streaming(uint64_t* to, const uint64_t* from, uint64_t count) {
  for (uint64_t* line = to; count; count--, line += 8, from += 8) { STREAM_LINE }
  __asm__ volatile("sfence" ::: "memory");
}
IMPORT(void, memory, linesCopyStreaming, uint64_t to, uint64_t from, uint64_t count) {
  copy_lines_streaming(physical(to), physical(from), count);
}
IMPORT(void, memory, frameCopy, uint64_t to, uint64_t from) {
  uint64_t target = direct_map + to, source = direct_map + from, words = 512 * STEPS;
  __asm__ volatile(REP("movs") : "+D"(target), "+S"(source), "+c"(words)::"memory");
}
