/*
 * The boot agent's EFI application: what loader/firmware.ts declares, and nothing else. One translation unit with wasm2c's output,
 * -DMODULE_C names it. UEFI maps memory one to one (UEFI 2.10 2.3.4) and calls by the convention that is the target's own.
 */
#include "wasm-rt.h"
#include MODULE_C

typedef u64 (*efi_function)(u64, u64, u64, u64, u64, u64, u64, u64, u64, u64);
#define AT(type, address) (*(volatile type*)(uintptr_t)(address))

u32 w2c_firmware_load8(struct w2c_firmware* f, u64 at) { return AT(u8, at); }
u32 w2c_firmware_load16(struct w2c_firmware* f, u64 at) { return AT(u16, at); }
u32 w2c_firmware_load32(struct w2c_firmware* f, u64 at) { return AT(u32, at); }
u64 w2c_firmware_load64(struct w2c_firmware* f, u64 at) { return AT(u64, at); }
void w2c_firmware_store8(struct w2c_firmware* f, u64 at, u32 value) { AT(u8, at) = (u8)value; }
void w2c_firmware_store16(struct w2c_firmware* f, u64 at, u32 value) { AT(u16, at) = (u16)value; }
void w2c_firmware_store32(struct w2c_firmware* f, u64 at, u32 value) { AT(u32, at) = value; }
void w2c_firmware_store64(struct w2c_firmware* f, u64 at, u64 value) { AT(u64, at) = value; }

u64 w2c_firmware_call(struct w2c_firmware* firmware, u64 target, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f, u64 g, u64 h, u64 i, u64 j) {
  return ((efi_function)(uintptr_t)target)(a, b, c, d, e, f, g, h, i, j);
}

u64 w2c_firmware_scratch(struct w2c_firmware* f) {
  static u64 scratch[4096 / 8];
  return (u64)(uintptr_t)scratch;
}

u32 w2c_firmware_cpuid(struct w2c_firmware* f, u32 leaf, u32 subleaf, u32 index) {
  u32 registers[4];
  __asm__ volatile("cpuid"
                   : "=a"(registers[0]), "=b"(registers[1]), "=c"(registers[2]), "=d"(registers[3])
                   : "a"(leaf), "c"(subleaf));
  return registers[index & 3];
}

u64 w2c_firmware_readCr3(struct w2c_firmware* f) {
  u64 value;
  __asm__ volatile("mov %%cr3, %0" : "=r"(value));
  return value;
}

u64 w2c_firmware_readCr4(struct w2c_firmware* f) {
  u64 value;
  __asm__ volatile("mov %%cr4, %0" : "=r"(value));
  return value;
}

/* RDRAND (CPUID.1:ECX[30]) may run dry for a moment: SDM 1 7.3.17 says to try ten times. */
u64 w2c_firmware_entropy64(struct w2c_firmware* f) {
  bool hasRdrand = w2c_firmware_cpuid(f, 1, 0, 2) >> 30 & 1;
  u64 value;
  bool success = false;
  for (int tries = 0; hasRdrand && !success && tries < 10; tries++)
    __asm__ volatile("rdrand %0" : "=r"(value), "=@ccc"(success));
  return success ? value : __builtin_ia32_rdtsc() * 0x9e3779b97f4a7c15;
}

u32 w2c_firmware_imageMachine(struct w2c_firmware* f) { return 62; }

/* As the firmware set COM1 up. It is waited for (line status, bit 5), but not for ever: the port may not be there. */
void w2c_firmware_serialWrite(struct w2c_firmware* f, u32 byte) {
  u8 status = 0;
  for (u32 patience = 1 << 20; patience && !(status & 0x20); patience--)
    __asm__ volatile("inb %1, %0" : "=a"(status) : "Nd"((u16)0x3fd));
  __asm__ volatile("outb %0, %1" ::"a"((u8)byte), "Nd"((u16)0x3f8));
}

void w2c_firmware_enter(struct w2c_firmware* f, u64 entry, u64 cr3, u64 bootinfo) {
  __asm__ volatile("cli; cld; mov %0, %%cr3; jmp *%1" ::"r"(cr3), "r"(entry), "D"(bootinfo) : "memory");
  __builtin_unreachable();
}

/* isa-debug-exit (CONTRACT, "Leaving"); a PC has nothing at that port, and stays with what it has on its screen. */
void w2c_firmware_halt(struct w2c_firmware* f, u32 status) {
  __asm__ volatile("outl %0, %1" ::"a"(status), "Nd"((u16)0xf4));
  for (;;) __asm__ volatile("cli; hlt");
}

u64 efi_main(u64 image, u64 systemTable) {
  static w2c_loader loader;
  wasm2c_loader_instantiate(&loader, 0);
  w2c_loader_main(&loader, image, systemTable);
  return 0;
}
