/*
 * The boot agent's EFI application: what loader/firmware.ts declares, and nothing else. One translation unit with wasm2c's output,
 * -DMODULE_C names it. UEFI maps memory one to one (UEFI 2.10 2.3.4) and calls by the convention that is the target's own.
 */
#include "wasm-rt.h"
#include "processor.h"
#include MODULE_C

typedef u64 (*efi_function)(u64, u64, u64, u64, u64, u64, u64, u64, u64, u64);

#define FIRMWARE_WORD(bits, passed) \
  passed w2c_firmware_load##bits(struct w2c_firmware* f, u64 at) { return *(volatile u##bits*)at; } \
  void w2c_firmware_store##bits(struct w2c_firmware* f, u64 at, passed value) { *(volatile u##bits*)at = value; }
EACH_WORD(FIRMWARE_WORD)

u64 w2c_firmware_call(struct w2c_firmware* firmware, u64 target, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f, u64 g, u64 h, u64 i, u64 j) {
  return ((efi_function)(uintptr_t)target)(a, b, c, d, e, f, g, h, i, j);
}

static u64 scratch[4096 / 8];
u64 w2c_firmware_scratch(struct w2c_firmware* f) { return (u64)(uintptr_t)scratch; }

u32 w2c_firmware_cpuid(struct w2c_firmware* f, u32 leaf, u32 subleaf, u32 index) { return processor_id(leaf, subleaf, index); }
u64 w2c_firmware_readCr3(struct w2c_firmware* f) { return get_cr3(); }
u64 w2c_firmware_readCr4(struct w2c_firmware* f) { return get_cr4(); }
u64 w2c_firmware_entropy64(struct w2c_firmware* f) { return processor_random(); }
u32 w2c_firmware_imageMachine(struct w2c_firmware* f) { return 62; }
void w2c_firmware_serialWrite(struct w2c_firmware* f, u32 byte) { console_byte(byte); } /* COM1 is as the firmware set it up */
void w2c_firmware_halt(struct w2c_firmware* f, u32 status) { processor_halt(status); }

void w2c_firmware_enter(struct w2c_firmware* f, u64 entry, u64 cr3, u64 bootinfo) {
  __asm__ volatile("cli; cld; mov %0, %%cr3; jmp *%1" ::"r"(cr3), "r"(entry), "D"(bootinfo) : "memory");
  __builtin_unreachable();
}

u64 efi_main(u64 image, u64 systemTable) {
  static w2c_loader loader;
  wasm2c_loader_instantiate(&loader, 0);
  w2c_loader_main(&loader, image, systemTable);
  return 0;
}
