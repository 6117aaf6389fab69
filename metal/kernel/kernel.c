/* The kernel's one translation unit: runtime, platform, the kernel as wasm2c wrote it, and what entry.S calls. */
#include "../wasm-rt.h"
#include "cpu.h"
#include "memory.h"
#include WASM_C

static w2c_kernel kernel;

void kernel_boot(uint64_t bootinfo) {
  w2c_mmu_writeMsr(0, GS_BASE, (uintptr_t)cpus);
  WASM_INSTANTIATE(&kernel);
  w2c_kernel_boot(&kernel, bootinfo);
}

void kernel_start(struct Cpu* cpu) {
  w2c_mmu_writeMsr(0, GS_BASE, (uintptr_t)cpu);
  w2c_kernel_start(&kernel);
}

void kernel_syscall(struct Frame* frame) {
  const uint64_t* r = frame->registers; /* RAX, RDI RSI RDX R10 R8 R9: kernel/syscalls/abi.ts */
  this_cpu()->frame = frame;
  w2c_kernel_syscall(&kernel, r[0] >> 32 ? ~0u : r[0], r[5], r[4], r[3], r[9], r[7], r[8]);
}

static uint64_t fault_address(const struct Frame* frame) { return frame->vector == 14 ? w2c_processor_readCr2(0) : 0; }

static void answer(struct Frame* frame, uint32_t fromUser) {
  this_cpu()->frame = frame;
  w2c_kernel_trap(&kernel, frame->vector, frame->error, fault_address(frame), fromUser);
}

/* The frame is already in the context, unless the vector has a stack of its own. */
void kernel_trap_from_user(struct Frame* frame) {
  struct Frame* saved = frame_of(this_cpu()->current);
  if (frame != saved) *saved = *frame, *frame = (struct Frame){0};
  answer(saved, 1);
}

/* What a copy forgives, of all that may come at its instruction, NMI and #MC included: a page fault in the user half. */
static bool is_fault_of_user_memory(const struct Frame* frame) {
  bool tables_are_sound = !(frame->error & PAGE_FAULT_RESERVED_BIT);
  return frame->vector == 14 && tables_are_sound && fault_address(frame) >> 63 == 0;
}

void kernel_trap_from_kernel(struct Frame* frame) {
  bool copies = frame->rip == (uintptr_t)user_copy;
  if (copies && is_fault_of_user_memory(frame)) frame->rip = (uintptr_t)user_copy_end;
  else answer(frame, 0);
}
