/* Memory, physical and virtual, and the ways out of the machine. platform/metal/platform/ says what each promises. */
#pragma once
#include "cpu.h"

IMPORT(void, memory, frameZero, uint64_t at) {
  void* to = physical(at);
  uint64_t words = 512;
  __asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(0) : "memory");
}
IMPORT(void, memory, frameCopy, uint64_t to, uint64_t from) {
  void *target = physical(to), *source = physical(from);
  uint64_t words = 512;
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

enum { COM1 = 0x3f8, LINE_STATUS = COM1 + 5, ROOM = 0x20, ALL_SENT = 0x40, DEBUG_CONSOLE = 0xe9, DEBUG_EXIT = 0xf4 };
static inline uint8_t port_read8(uint16_t port) {
  uint8_t value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}
static void console_wait(uint8_t status) { /* not for ever: the port may not be there */
  for (uint32_t patience = 1 << 20; patience && !(port_read8(LINE_STATUS) & status); patience--) w2c_cpu_pause(0);
}
static void console_byte(uint8_t byte) {
  console_wait(ROOM);
  w2c_native_portWrite8(0, COM1, byte);
}
/* 16550: no interrupts, 115200 baud, 8 bits, no parity, 1 stop bit, FIFOs, DTR and RTS. Then the contract's marker. */
static void console_start(void) {
  static const uint8_t settings[][2] = {{1, 0}, {3, 0x80}, {0, 1}, {1, 0}, {3, 3}, {2, 7}, {4, 3}};
  for (size_t i = 0; i < sizeof settings / 2; i++) w2c_native_portWrite8(0, COM1 + settings[i][0], settings[i][1]);
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
IMPORT(void, cpu, exit, uint32_t status) {
  console_wait(ALL_SENT);
  __asm__ volatile("outl %0, %1" ::"a"(status), "Nd"((uint16_t)DEBUG_EXIT));
  for (;;) __asm__ volatile("cli; hlt");
}
