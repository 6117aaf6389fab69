/* Memory, physical and virtual. platform/metal/platform/ says what each promises. */
#pragma once
#include "cpu.h"

IMPORT(void, memory, framesZero, uint64_t at, uint64_t count) { zero_frames(physical(at), count); }
IMPORT(void, memory, framesZeroStreaming, uint64_t at, uint64_t count) { zero_frames_streaming(physical(at), count); }
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
