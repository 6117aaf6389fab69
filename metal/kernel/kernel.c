/* The kernel's one translation unit: runtime, platform, the kernel as wasm2c wrote it, and what entry.S calls. */
#include "../wasm-rt.h"
#include "cpu.h"
#include "memory.h"
#include WASM_C

void kernel_boot(uint64_t bootinfo) {
  w2c_mmu_writeMsr(0, GS_BASE, (uintptr_t)cpus);
  WASM_INSTANTIATE(&the_instance);
  w2c_kernel_boot(&the_instance, bootinfo);
}

void kernel_start(struct Cpu* cpu) {
  w2c_mmu_writeMsr(0, GS_BASE, (uintptr_t)cpu);
  w2c_kernel_start(&the_instance);
}

/* Out of a vector's own stack, into the context. */
struct Frame* move_frame(struct Frame* to, struct Frame* from) {
  *to = *from;
  *from = (struct Frame){0};
  return to;
}

/* What a copy forgives, of all that may come at its instruction, NMI and #MC included: a page fault in the user half, or the modules' zone. */
static bool is_fault_of_user_memory(const struct Frame* frame) {
  bool tables_are_sound = !(frame->error & PAGE_FAULT_RESERVED_BIT);
  uint64_t address = w2c_processor_readCr2(0);
  return frame->vector == 14 && tables_are_sound && (address >> 63 == 0 || address >> 44 == 0xffff9);
}

void kernel_trap_from_kernel(struct Frame* frame) {
  bool copies = frame->rip == (uintptr_t)user_copy;
  if (copies && is_fault_of_user_memory(frame)) { frame->rip = (uintptr_t)user_copy_end; return; }
  this_cpu()->frame = frame;
  w2c_kernel_trap(&the_instance, frame->vector, frame->error, w2c_processor_readCr2(0), 0);
}
