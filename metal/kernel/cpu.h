/* The processor: contexts, control registers, descriptors. platform/metal/platform/ says what each promises. */
#pragma once
#include "../physical.h"
#include "../processor.h"
#include "layout.h"

/* In the order of `trapRegister`, then what the entry stub and the processor push. */
struct Frame { uint64_t registers[15], vector, error, rip, cs, rflags, rsp, ss; };
_Static_assert(sizeof(struct Frame) == CONTEXT_FRAME_END - CONTEXT_FRAME, "layout.h");

struct Cpu {
  uint64_t stack;         /* top of the kernel stack */
  uint8_t* current;       /* the context whose FXSAVE state the processor holds, and into which user code traps */
  uint64_t user_stack;    /* RSP of a system call, for a moment */
  uint8_t* next;          /* the context to leave to */
  struct Frame* frame;    /* of the trap being answered */
  uint64_t padding[3];
  uint8_t task_state[104];
};
_Static_assert(offsetof(struct Cpu, current) == CPU_CURRENT, "layout.h");
_Static_assert(offsetof(struct Cpu, user_stack) == CPU_USER_STACK, "layout.h");
static _Alignas(256) struct Cpu boot_cpu;
uint8_t smap_is_on;

static inline struct Frame* frame_of(uint8_t* context) { return (struct Frame*)(context + CONTEXT_FRAME); }

IMPORT(void, context, contextStart, uint32_t at, uint64_t entry, uint64_t stackTop) {
  uint8_t* context = linear_memory + at;
  memset(context, 0, CONTEXT_FRAME_END);
  *(uint16_t*)context = 0x37f;         /* FCW, MXCSR: as after FNINIT and reset (SDM 1 10.5.1) */
  *(uint32_t*)(context + 24) = 0x1f80;
  *frame_of(context) = (struct Frame){.rip = entry, .cs = USER_CODE, .rflags = 0x202, .rsp = stackTop, .ss = USER_DATA};
  if (boot_cpu.current == context) boot_cpu.current = 0; /* the processor still holds what an earlier task left */
}
IMPORT(void, context, contextSetResult, uint32_t at, uint64_t value) { frame_of(linear_memory + at)->registers[0] = value; }
IMPORT(void, context, resumeNext, uint32_t at) { boot_cpu.next = linear_memory + at; }

IMPORT(uint32_t, cpu, cpuIndex) { return 0; }
IMPORT(uint32_t, cpu, cpuid, uint32_t leaf, uint32_t subleaf, uint32_t index) { return processor_id(leaf, subleaf, index); }
IMPORT(uint64_t, cpu, clock) { return __builtin_ia32_rdtsc(); }
IMPORT(uint64_t, cpu, entropy64) { return processor_random(); }
IMPORT(void, cpu, pause) { __builtin_ia32_pause(); }
IMPORT(uint32_t, cpu, imageMachine) { return 62; }
IMPORT(uint32_t, cpu, trapRegisterCount) { return 18; }
IMPORT(uint64_t, cpu, trapRegister, uint32_t index) {
  const struct Frame* frame = boot_cpu.frame;
  if (!frame) return 0;
  return index < 15 ? frame->registers[index] : index == 15 ? frame->rsp : index == 16 ? frame->rip : frame->rflags;
}

IMPORT(uint64_t, mmu, readCr0) { return get_cr0(); }
IMPORT(uint64_t, mmu, readCr3) { return get_cr3(); }
IMPORT(uint64_t, mmu, readCr4) { return get_cr4(); }
IMPORT(void, mmu, writeCr0, uint64_t value) { set_cr0(value); }
IMPORT(void, mmu, writeCr3, uint64_t value) { set_cr3(value); }
IMPORT(void, mmu, writeCr4, uint64_t value) {
  set_cr4(value);
  smap_is_on = value >> 21 & 1;
}
IMPORT(uint64_t, mmu, readMsr, uint32_t index) {
  uint32_t low, high;
  __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(index));
  return (uint64_t)high << 32 | low;
}
IMPORT(void, mmu, writeMsr, uint32_t index, uint64_t value) {
  __asm__ volatile("wrmsr" ::"c"(index), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}
IMPORT(void, mmu, invalidatePage, uint64_t address) { __asm__ volatile("invlpg (%0)" ::"r"(address) : "memory"); }

extern uint8_t trap_entries[], ignore_entry[], syscall_entry[];
void load_descriptor_tables(const void* gdt, const void* idt, uint32_t taskSelector);
IMPORT(uint64_t, native, cpuBlock) { return (uintptr_t)&boot_cpu; }
IMPORT(uint64_t, native, linearAddress, uint32_t at) { return (uintptr_t)linear_memory + at; }
IMPORT(uint64_t, native, taskState) { return (uintptr_t)boot_cpu.task_state; }
IMPORT(uint64_t, native, trapEntry, uint32_t vector) { return (uintptr_t)(vector < 32 ? trap_entries + 16 * vector : ignore_entry); }
IMPORT(uint64_t, native, syscallEntry) { return (uintptr_t)syscall_entry; }
IMPORT(void, native, portWrite8, uint32_t port, uint32_t value) { port_write8(port, value); }
IMPORT(void, native, writeDr7, uint64_t value) { __asm__ volatile("mov %0, %%dr7" ::"r"(value)); }
IMPORT(void, native, loadTables, uint64_t gdt, uint32_t gdtLimit, uint64_t idt, uint32_t idtLimit, uint32_t task) {
  struct __attribute__((packed)) { uint16_t limit; uint64_t base; } operands[2] = {{gdtLimit, gdt}, {idtLimit, idt}};
  load_descriptor_tables(&operands[0], &operands[1], task);
}
