/*
 * The boot agent's EFI application: what loader/firmware.ts and the processor's file declare, and nothing else. One translation unit with
 * wasm2c's output, -DMODULE_C names it. UEFI maps memory one to one (UEFI 2.10 2.3.4) and calls by the convention that is the target's own.
 */
#include "wasm-rt.h"
#include "processor.h"

typedef uint64_t u64;
typedef u64 (*efi_function)(u64, u64, u64, u64, u64, u64, u64, u64, u64, u64);

EACH_WORD(NATIVE_WORD, firmware, load, store)
IMPORT(u64, firmware, call, u64 target, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f, u64 g, u64 h, u64 i, u64 j) {
  return ((efi_function)(uintptr_t)target)(a, b, c, d, e, f, g, h, i, j);
}
static u64 scratch_words[4096 / 8];
IMPORT(u64, firmware, scratch) { return (u64)(uintptr_t)scratch_words; }
IMPORT(uint32_t, firmware, imageMachine) { return 62; }
IMPORT(void, firmware, enter, u64 entry, u64 cr3, u64 bootinfo) {
  __asm__ volatile("cli; cld; mov %0, %%cr3; jmp *%1" ::"r"(cr3), "r"(entry), "D"(bootinfo) : "memory");
  __builtin_unreachable();
}
#include MODULE_C

u64 efi_main(u64 image, u64 systemTable) {
  WASM_INSTANTIATE(&the_instance);
  w2c_loader_main(&the_instance, image, systemTable);
  return 0;
}
