/* Instructions that the boot agent and the kernel both use. */
#pragma once
static inline uint32_t processor_id(uint32_t leaf, uint32_t subleaf, uint32_t index) {
  uint32_t r[4];
  __asm__ volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3]) : "a"(leaf), "c"(subleaf));
  return r[index & 3];
}
/* RDRAND (CPUID.1:ECX[30]) may run dry for a moment: SDM 1 7.3.17 says to try ten times. Without it, the clock, mixed. */
static inline uint64_t processor_random(void) {
  uint64_t value;
  uint8_t done = 0;
  for (int tries = processor_id(1, 0, 2) >> 30 & 1 ? 10 : 0; tries && !done; tries--)
    __asm__ volatile("rdrand %0; setc %1" : "=r"(value), "=qm"(done)::"cc");
  if (done) return value;
  value = __builtin_ia32_rdtsc() * 0x9e3779b97f4a7c15;
  value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
  return value ^ value >> 31;
}
#define CONTROL_REGISTER(number) \
  static inline uint64_t get_cr##number(void) { \
    uint64_t value; \
    __asm__ volatile("mov %%cr" #number ", %0" : "=r"(value)); \
    return value; \
  } \
  static inline void set_cr##number(uint64_t value) { __asm__ volatile("mov %0, %%cr" #number ::"r"(value) : "memory"); }
CONTROL_REGISTER(0)
CONTROL_REGISTER(3)
CONTROL_REGISTER(4)

enum { COM1 = 0x3f8, LINE_STATUS = COM1 + 5, ROOM = 0x20, ALL_SENT = 0x40, DEBUG_CONSOLE = 0xe9, DEBUG_EXIT = 0xf4 };
static inline uint8_t port_read8(uint16_t port) {
  uint8_t value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}
static inline void port_write8(uint16_t port, uint8_t value) { __asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port)); }
static void console_wait(uint8_t status) { /* not for ever: the port may not be there */
  for (uint32_t patience = 1 << 20; patience && !(port_read8(LINE_STATUS) & status); patience--) __builtin_ia32_pause();
}
static void console_byte(uint8_t byte) {
  console_wait(ROOM);
  port_write8(COM1, byte);
}
/* isa-debug-exit (CONTRACT, "Leaving"); a PC has nothing at that port, and stays with what it has on its screen. */
static inline void processor_halt(uint32_t status) {
  console_wait(ALL_SENT);
  __asm__ volatile("outl %0, %1" ::"a"(status), "Nd"((uint16_t)DEBUG_EXIT));
  for (;;) __asm__ volatile("cli; hlt");
}
