/* Memory, physical and virtual. platform/metal/platform/ says what each promises. */
#pragma once
#include "cpu.h"

IMPORT(void, memory, framesZero, uint64_t at, uint64_t count) {
  uint64_t to = direct_map + at, words = 512 * count;
  __asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(0) : "memory");
}
IMPORT(void, memory, frameCopy, uint64_t to, uint64_t from) {
  uint64_t target = direct_map + to, source = direct_map + from, words = 512;
  __asm__ volatile("rep movsq" : "+D"(target), "+S"(source), "+c"(words)::"memory");
}
EACH_WORD(NATIVE_WORD, memory, kernelLoad, kernelStore)

/* The one place where the kernel may fault and go on: the trap handler skips it, and RCX says how much is left. */
extern const uint8_t user_copy[], user_copy_end[];
__attribute__((noinline)) static uint32_t copy_user(void* to, const void* from, uint32_t length) {
  uint64_t left = length;
  if (smap_is_on) __asm__ volatile("stac" ::: "memory");
  __asm__ volatile("user_copy: rep movsb; user_copy_end:" : "+D"(to), "+S"(from), "+c"(left)::"memory");
  if (smap_is_on) __asm__ volatile("clac" ::: "memory");
  return length - left;
}
IMPORT(uint32_t, native, userCopy, uint64_t to, uint64_t from, uint32_t length) {
  return copy_user((void*)to, (const void*)from, length);
}
