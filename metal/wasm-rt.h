/*
 * What the C that wasm2c writes needs from its surroundings: wasm2c's runtime and, on bare hardware, as much of the C library as is used
 * (constants and mathematics are macros that wasm2c.ts writes). An image (kernel, loader, program) is one translation unit that includes this, then
 * its platform, then wasm2c's output; -DLINEAR_MEMORY_PAGES says how many 64 KiB pages its only memory has. Memory does not grow, and
 * nothing is checked for bounds: the image's own page tables are the fence. A wasm trap is the processor's exception (CONTRACT, "Images").
 */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#undef _MSC_VER /* clang sets it for the loader's target; the compiler is clang all the same */

#if __STDC_HOSTED__
#include <string.h>
#else /* The compiler may call these four whatever the source says. */
void* memcpy(void* to, const void* from, size_t length) {
  void* start = to;
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(length)::"memory");
  return start;
}
void* memset(void* to, int byte, size_t length) {
  void* start = to;
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(length) : "a"(byte) : "memory");
  return start;
}
void* memmove(void* to, const void* from, size_t length) {
  if ((uintptr_t)to - (uintptr_t)from >= length) return memcpy(to, from, length);
  void* last = (uint8_t*)to + length - 1;
  const void* lastFrom = (const uint8_t*)from + length - 1;
  __asm__ volatile("std; rep movsb; cld" : "+D"(last), "+S"(lastFrom), "+c"(length)::"memory");
  return to;
}
int memcmp(const void* a, const void* b, size_t length) {
  const volatile uint8_t *p = a, *q = b;
  for (; length && *p == *q; length--) p++, q++;
  return length ? *p - *q : 0;
}
#endif

/* What a wasm module imports: the function `name` of the file `module`. */
#define IMPORT(result, module, name, ...) \
  struct w2c_##module; \
  static inline result w2c_##module##_##name(struct w2c_##module* instance, ##__VA_ARGS__)

/* Loads and stores of each width: define(bits, type passed, more). */
#define EACH_WORD(define, ...) \
  define(8, uint32_t, ##__VA_ARGS__) define(16, uint32_t, ##__VA_ARGS__) \
  define(32, uint32_t, ##__VA_ARGS__) define(64, uint64_t, ##__VA_ARGS__)
/* By native address: plain instructions, and volatile: an access to address 0 is an access like any other. */
#define NATIVE_WORD(bits, passed, module, load, store) \
  IMPORT(passed, module, load##bits, uint64_t at) { return *(volatile uint##bits##_t*)at; } \
  IMPORT(void, module, store##bits, uint64_t at, passed value) { *(volatile uint##bits##_t*)at = value; }

typedef enum {
  WASM_RT_TRAP_OOB, WASM_RT_TRAP_INT_OVERFLOW, WASM_RT_TRAP_DIV_BY_ZERO, WASM_RT_TRAP_INVALID_CONVERSION,
  WASM_RT_TRAP_UNREACHABLE, WASM_RT_TRAP_CALL_INDIRECT,
} wasm_rt_trap_t;

/* Division by zero and overflow are #DE, as they would be in machine code; the rest is #UD. */
__attribute__((noreturn)) static inline void wasm_rt_trap(wasm_rt_trap_t trap) {
  if (trap == WASM_RT_TRAP_DIV_BY_ZERO || trap == WASM_RT_TRAP_INT_OVERFLOW)
    __asm__ volatile("xorl %%eax, %%eax; cltd; divl %%eax" ::: "eax", "edx", "cc");
  __builtin_trap();
}

typedef enum { WASM_RT_I32, WASM_RT_I64, WASM_RT_F32, WASM_RT_F64 } wasm_rt_type_t;
typedef const char* wasm_rt_func_type_t;
typedef void (*wasm_rt_function_ptr_t)(void);
typedef struct wasm_rt_tailcallee_t { void (*fn)(void**, void*, struct wasm_rt_tailcallee_t*); } wasm_rt_tailcallee_t;
typedef struct {
  wasm_rt_func_type_t func_type; wasm_rt_function_ptr_t func; wasm_rt_tailcallee_t func_tailcallee; void* module_instance;
} wasm_rt_funcref_t;
typedef void* wasm_rt_externref_t;
typedef struct { wasm_rt_funcref_t* data; uint32_t max_size, size; } wasm_rt_funcref_table_t;
typedef struct { wasm_rt_externref_t* data; uint32_t max_size, size; } wasm_rt_externref_table_t;
typedef struct { uint8_t* data; uint64_t pages, max_pages, size; } wasm_rt_memory_t;
static const wasm_rt_funcref_t wasm_rt_funcref_null_value;
static const wasm_rt_externref_t wasm_rt_externref_null_value;

#ifdef _WIN32 /* the loader's target */
__attribute__((aligned(4096))) static uint8_t linear_memory[LINEAR_MEMORY_PAGES * 65536];
#elif __STDC_HOSTED__
__attribute__((aligned(65536))) static uint8_t linear_memory[LINEAR_MEMORY_PAGES * 65536];
#else /* The linker script's. The compiler does not know where it ends: behind it go the kernel's objects. */
extern __attribute__((aligned(65536), visibility("hidden"))) uint8_t linear_memory[];
#endif
/* wasm2c.ts makes every access use this: an address that the compiler knows, not a pointer to load each time. */
#define LINEAR_MEMORY(memory) linear_memory

static inline void wasm_rt_allocate_memory(wasm_rt_memory_t* memory, uint64_t pages, uint64_t max, bool is64, uint32_t unit) {
  if (pages > LINEAR_MEMORY_PAGES) __builtin_trap();
  *memory = (wasm_rt_memory_t){linear_memory, pages, pages, pages * unit};
}
static inline void wasm_rt_free_memory(wasm_rt_memory_t* memory) {}
static inline uint64_t wasm_rt_grow_memory(wasm_rt_memory_t* memory, uint64_t pages) { return pages ? ~0ull : memory->pages; }

/* Function tables, for programs with function values; the kernel and the loader have none. */
static wasm_rt_funcref_t table_entries[256];
static inline void wasm_rt_allocate_funcref_table(wasm_rt_funcref_table_t* table, uint32_t size, uint32_t max) {
  if (size > sizeof table_entries / sizeof *table_entries) __builtin_trap();
  *table = (wasm_rt_funcref_table_t){table_entries, max, size};
}
static inline void wasm_rt_free_funcref_table(wasm_rt_funcref_table_t* table) {}
