/* The kernel's one translation unit: runtime, platform, the kernel as wasm2c wrote it, and what entry.S calls. */
#include "../wasm-rt.h"
#include "cpu.h"
#include "memory.h"
#include WASM_C

static w2c_kernel kernel;

void kernel_boot(uint64_t bootinfo) {
  WASM_INSTANTIATE(&kernel);
  w2c_kernel_boot(&kernel, bootinfo);
}

void kernel_start(void) { w2c_kernel_start(&kernel); }

void kernel_syscall(struct Frame* frame) {
  const uint64_t* r = frame->registers; /* RAX, RDI RSI RDX R10 R8 R9: kernel/syscalls/abi.ts */
  boot_cpu.frame = frame;
  w2c_kernel_syscall(&kernel, r[0] >> 32 ? ~0u : r[0], r[5], r[4], r[3], r[9], r[7], r[8]);
}

static uint64_t fault_address(const struct Frame* frame) { return frame->vector == 14 ? w2c_processor_readCr2(0) : 0; }

static void answer(struct Frame* frame, uint32_t fromUser) {
  boot_cpu.frame = frame;
  w2c_kernel_trap(&kernel, frame->vector, frame->error, fault_address(frame), fromUser);
}

/* The frame is already in the context, unless the vector has a stack of its own. */
void kernel_trap_from_user(struct Frame* frame) {
  struct Frame* saved = frame_of(boot_cpu.current);
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

/* Makes the context that the kernel named the current one, and returns where its registers are. */
struct Frame* kernel_leave(void) {
  uint8_t *from = boot_cpu.current, *to = boot_cpu.next;
  if (from != to) {
    if (from) __asm__ volatile("fxsave64 (%0)" ::"r"(from) : "memory");
    __asm__ volatile("fxrstor64 (%0)" ::"r"(to) : "memory");
    *(uint64_t*)(boot_cpu.task_state + 4) = (uintptr_t)to + CONTEXT_FRAME_END; /* rsp0 (SDM 3A 7.7) */
    /* Selectors that one task loaded are not for the next to read. A null one may clear GS's base: the user's, not ours. */
    __asm__ volatile("mov %0, %%ds; mov %0, %%es; mov %0, %%fs; swapgs; mov %0, %%gs; swapgs" ::"r"(0));
    boot_cpu.current = to;
  }
  return frame_of(to);
}
