/* Memory, physical and virtual, and the ways out of the machine. platform/metal/platform/ says what each promises. */
#pragma once
#include "cpu.h"

IMPORT(void, memory, framesZero, uint64_t at, uint64_t count) {
  uint64_t to = direct_map + at, words = 512 * count;
  __asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(0) : "memory");
}
IMPORT(void, memory, frameZero, uint64_t at) { w2c_memory_framesZero(0, at, 1); }
IMPORT(void, memory, frameCopy, uint64_t to, uint64_t from) {
  uint64_t target = direct_map + to, source = direct_map + from, words = 512;
  __asm__ volatile("rep movsq" : "+D"(target), "+S"(source), "+c"(words)::"memory");
}
IMPORT(uint32_t, memory, kernelLoad8, uint64_t address) { return *(volatile uint8_t*)address; }
IMPORT(uint64_t, memory, kernelLoad64, uint64_t address) { return *(volatile uint64_t*)address; }
IMPORT(void, memory, kernelStore8, uint64_t address, uint32_t value) { *(volatile uint8_t*)address = value; }
IMPORT(void, memory, kernelStore64, uint64_t address, uint64_t value) { *(volatile uint64_t*)address = value; }

/* The one place where the kernel may fault and go on: the trap handler skips it, and RCX says how much is left. */
extern const uint8_t user_copy[], user_copy_end[];
__attribute__((noinline)) static uint32_t copy_user(void* to, const void* from, uint32_t length) {
  uint64_t left = length;
  if (smap_is_on) __asm__ volatile("stac" ::: "memory");
  __asm__ volatile("user_copy: rep movsb; user_copy_end:" : "+D"(to), "+S"(from), "+c"(left)::"memory");
  if (smap_is_on) __asm__ volatile("clac" ::: "memory");
  return length - left;
}
IMPORT(uint32_t, user, copyFromUser, uint32_t to, uint64_t from, uint32_t length) {
  return copy_user(linear_memory + to, (const void*)from, length);
}
IMPORT(uint32_t, user, copyToUser, uint64_t to, uint32_t from, uint32_t length) {
  return copy_user((void*)to, linear_memory + from, length);
}

/* 16550: no interrupts, 115200 baud, 8 bits, no parity, 1 stop bit, FIFOs, DTR and RTS. Then the contract's marker. */
static void console_start(void) {
  static const uint8_t settings[][2] = {{1, 0}, {3, 0x80}, {0, 1}, {1, 0}, {3, 3}, {2, 7}, {4, 3}};
  for (size_t i = 0; i < sizeof settings / 2; i++) port_write8(COM1 + settings[i][0], settings[i][1]);
  for (const char* marker = "\033]nitros\a"; *marker; marker++) console_byte(*marker);
}
IMPORT(void, output, consoleWrite, uint32_t from, uint32_t length) {
  for (uint32_t i = 0; i < length; i++) console_byte(linear_memory[from + i]);
}
IMPORT(void, output, recordsWrite, uint32_t from, uint32_t length) {
  if (port_read8(DEBUG_CONSOLE) != 0xe9) return;
  const uint8_t* source = linear_memory + from;
  uint64_t left = length;
  __asm__ volatile("rep outsb" : "+S"(source), "+c"(left) : "d"((uint16_t)DEBUG_CONSOLE) : "memory");
}
IMPORT(void, cpu, exit, uint32_t status) { processor_halt(status); }
