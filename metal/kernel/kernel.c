/* The kernel's one translation unit: runtime, platform, the kernel as wasm2c wrote it, and what entry.S calls. */
#include "../wasm-rt.h"
#include "cpu.h"
#include "memory.h"
#include WASM_C

static w2c_kernel kernel;

void kernel_boot(uint64_t bootinfo) {
  console_start();
  WASM_INSTANTIATE(&kernel);
  w2c_kernel_boot(&kernel, bootinfo);
}

void kernel_start(void) { w2c_kernel_start(&kernel); }

void kernel_syscall(struct Frame* frame) {
  const uint64_t* r = frame->registers; /* RAX, RDI RSI RDX R10 R8 R9: kernel/syscalls/abi.ts */
  boot_cpu.frame = frame;
  w2c_kernel_syscall(&kernel, r[0] >> 32 ? ~0u : r[0], r[5], r[4], r[3], r[9], r[7], r[8]);
}

static void answer(struct Frame* frame, uint32_t fromUser) {
  uint64_t address = 0;
  if (frame->vector == 14) __asm__ volatile("mov %%cr2, %0" : "=r"(address));
  boot_cpu.frame = frame;
  w2c_kernel_trap(&kernel, frame->vector, frame->error, address, fromUser);
}

/* The frame is already in the context, unless the vector has a stack of its own. */
void kernel_trap_from_user(struct Frame* frame) {
  struct Frame* saved = frame_of(boot_cpu.current);
  if (frame != saved) *saved = *frame;
  answer(saved, 1);
}

void kernel_trap_from_kernel(struct Frame* frame) {
  if (frame->rip == (uintptr_t)user_copy) frame->rip = (uintptr_t)user_copy_end;
  else answer(frame, 0);
}

/* Makes the context that the kernel named the current one, and returns where its registers are. */
struct Frame* kernel_leave(void) {
  uint8_t *from = boot_cpu.current, *to = boot_cpu.next;
  if (from != to) {
    if (from) __asm__ volatile("fxsave64 (%0)" ::"r"(from) : "memory");
    __asm__ volatile("fxrstor64 (%0)" ::"r"(to) : "memory");
    *(uint64_t*)(boot_cpu.task_state + 4) = (uintptr_t)to + CONTEXT_FRAME_END; /* rsp0 (SDM 3A 7.7) */
    boot_cpu.current = to;
  }
  return frame_of(to);
}
