/* A user program's one translation unit: the machine as user/nitros/machine.ts declares it, the program, its start and end. */
#include "../wasm-rt.h"

EACH_WORD(NATIVE_WORD, machine, load, store)
IMPORT(void, machine, execute, uint64_t address) {
  void (*volatile code)(void) = (void (*)(void))address;
  code();
}
IMPORT(uint64_t, machine, syscall, uint32_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
  register uint64_t r10 __asm__("r10") = d;
  register uint64_t r8 __asm__("r8") = e;
  register uint64_t r9 __asm__("r9") = f;
  uint64_t result = number; /* and no register of an argument is kept */
  __asm__ volatile("syscall" : "+a"(result), "+D"(a), "+S"(b), "+d"(c), "+r"(r10), "+r"(r8), "+r"(r9)::"rcx", "r11", "memory");
  return result;
}
IMPORT(uint64_t, machine, clock) { return __builtin_ia32_rdtsc(); }
#include WASM_C

enum { CALL_EXIT = 1 }; /* kernel/syscalls/abi.ts */
__attribute__((used, noreturn)) static void program_start(void) {
  WASM_INSTANTIATE(&the_instance);
  w2c_machine_syscall(0, CALL_EXIT, (int64_t)(int32_t)w2c_program_main(&the_instance), 0, 0, 0, 0, 0);
  __builtin_trap();
}
__asm__(".section .text.start, \"ax\"; .global _start; _start: xor %ebp, %ebp; call program_start; .text");
