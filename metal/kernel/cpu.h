/* The processor: contexts, control registers, descriptors. platform/metal/platform/ says what each promises. */
#pragma once
#include "../physical.h"
#include "../processor.h"
#include "layout.h"

/* RegisterAt and BlockAt (platform/metal/platform/block.ts) are these two. */
struct Frame { uint64_t registers[15], vector, error, rip, cs, rflags, rsp, ss; };
_Static_assert(sizeof(struct Frame) == CONTEXT_FRAME_END - CONTEXT_FRAME, "layout.h");

struct Cpu {
  uint64_t stack;         /* top of the kernel stack */
  uint8_t* current;       /* the context whose FXSAVE state the processor holds, into which user code traps and which is left to; or 0 */
  uint64_t user_stack;    /* RSP of a system call, for a moment */
  uint64_t index;
  struct Frame* frame;    /* of the trap being answered */
  uint64_t padding[3];
  uint8_t task_state[104];
};
_Static_assert(offsetof(struct Cpu, current) == CPU_CURRENT, "layout.h");
_Static_assert(offsetof(struct Cpu, user_stack) == CPU_USER_STACK && offsetof(struct Cpu, index) == CPU_INDEX, "layout.h");
_Static_assert(offsetof(struct Cpu, frame) == CPU_FRAME && offsetof(struct Cpu, task_state) == 64, "block.ts");
_Alignas(256) struct Cpu cpus[64];
uint8_t smap_is_on;

IMPORT(uint32_t, cpu, cpuIndex) { return *(const uint32_t __attribute__((address_space(256)))*)CPU_INDEX; } /* at GS */
static inline struct Cpu* this_cpu(void) { return &cpus[w2c_cpu_cpuIndex(0)]; }
IMPORT(void, cpu, fence) { __asm__ volatile("mfence; lfence" ::: "memory"); }
IMPORT(void, native, userAccessIsGuarded, uint32_t guarded) { smap_is_on = guarded; }
IMPORT(uint64_t, mmu, readMsr, uint32_t index) {
  uint32_t low, high;
  __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(index));
  return (uint64_t)high << 32 | low;
}
IMPORT(void, mmu, writeMsr, uint32_t index, uint64_t value) {
  __asm__ volatile("wrmsr" ::"c"(index), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}
IMPORT(void, mmu, invalidatePage, uint64_t address) { __asm__ volatile("invlpg (%0)" ::"r"(address) : "memory"); }
IMPORT(void, mmu, invalidateContext, uint64_t type, uint64_t pcid, uint64_t address) {
  const uint64_t descriptor[2] = {pcid, address};
  __asm__ volatile("invpcid %0, %1" ::"m"(descriptor), "r"(type) : "memory");
}

extern uint8_t trap_entries[], syscall_entry[], trampoline[], start_cpu[];
void load_descriptor_tables(const void* gdt, const void* idt, uint32_t taskSelector);
IMPORT(uint64_t, native, cpuBlock, uint32_t index) { return (uintptr_t)&cpus[index]; }
IMPORT(uint64_t, native, linearAddress, uint32_t at) { return (uintptr_t)linear_memory + at; }
IMPORT(uint64_t, native, trapEntry, uint32_t vector) { return (uintptr_t)(trap_entries + 16 * vector); }
IMPORT(uint64_t, native, syscallEntry) { return (uintptr_t)syscall_entry; }
IMPORT(uint64_t, native, trampoline) { return (uintptr_t)trampoline; }
IMPORT(uint64_t, native, startEntry) { return (uintptr_t)start_cpu; }
IMPORT(void, native, writeDr7, uint64_t value) { __asm__ volatile("mov %0, %%dr7" ::"r"(value)); }
IMPORT(void, native, fxsave, uint64_t at) { __asm__ volatile("fxsave64 (%0)" ::"r"(at) : "memory"); }
IMPORT(void, native, fxrstor, uint64_t at) { __asm__ volatile("fxrstor64 (%0)" ::"r"(at) : "memory"); }
IMPORT(void, native, clearSelectors) { __asm__ volatile("mov %0, %%ds; mov %0, %%es; mov %0, %%fs; swapgs; mov %0, %%gs; swapgs" ::"r"(0)); }
IMPORT(void, native, loadTables, uint32_t gdtOperand, uint32_t idtOperand, uint32_t task) {
  load_descriptor_tables(linear_memory + gdtOperand, linear_memory + idtOperand, task);
}
