/* Instructions that the boot agent and the kernel both use: platform/metal/platform/processor.ts says what each promises. */
#pragma once
IMPORT(uint32_t, processor, cpuid, uint32_t leaf, uint32_t subleaf, uint32_t index) {
  uint32_t r[4];
  __asm__ volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3]) : "a"(leaf), "c"(subleaf));
  return r[index & 3];
}
IMPORT(uint64_t, processor, clock) { return __builtin_ia32_rdtsc(); }
IMPORT(uint64_t, processor, rdrand) {
  uint64_t value;
  __asm__ volatile("rdrand %0" : "=r"(value)::"cc");
  return value;
}
IMPORT(uint32_t, processor, portRead8, uint32_t port) {
  uint8_t value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"((uint16_t)port));
  return value;
}
IMPORT(void, processor, portWrite8, uint32_t port, uint32_t value) { __asm__ volatile("outb %b0, %w1" ::"a"(value), "Nd"(port)); }
IMPORT(void, processor, portWrite32, uint32_t port, uint32_t value) { __asm__ volatile("outl %0, %w1" ::"a"(value), "Nd"(port)); }
IMPORT(void, processor, halt) { __asm__ volatile("cli; hlt"); }
IMPORT(void, processor, pause) { __builtin_ia32_pause(); }

#define CONTROL_REGISTER(number) \
  IMPORT(uint64_t, processor, readCr##number) { \
    uint64_t value; \
    __asm__ volatile("mov %%cr" #number ", %0" : "=r"(value)); \
    return value; \
  } \
  IMPORT(void, processor, writeCr##number, uint64_t value) { __asm__ volatile("mov %0, %%cr" #number ::"r"(value) : "memory"); }
CONTROL_REGISTER(0)
CONTROL_REGISTER(2)
CONTROL_REGISTER(3)
CONTROL_REGISTER(4)
