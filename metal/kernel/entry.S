/* Every way into the kernel and out of it. Interrupts are off throughout. */
#include "layout.h"

.macro EACH instruction, registers:vararg
  .irp register, \registers
  \instruction %\register
  .endr
.endm
.macro PUSH_REGISTERS /* so that struct Frame begins RAX RBX RCX RDX RSI RDI RBP R8 ... R15 */
  EACH push, r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax
  CLEAR_KEPT_REGISTERS
.endm
.macro CLEAR_KEPT_REGISTERS /* C functions push them: no value of the task's gets on the kernel's stack so */
  .irp register, ebx, ebp, r12d, r13d, r14d, r15d
  xor %\register, %\register
  .endr
.endm
.macro POP_REGISTERS
  EACH pop, rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15
.endm

.section .text.entry, "ax"
.global _start
_start: /* from the boot agent, RDI = bootinfo */
  cld
  lea boot_stack_top(%rip), %rsp
  xor %ebp, %ebp
  call kernel_boot
  lea cpus(%rip), %rdi
.global start_cpu
start_cpu: /* RDI = this CPU's block */
  mov CPU_STACK(%rdi), %rsp
  call kernel_start

leave: /* to the context that the kernel named */
  mov %gs:CPU_CURRENT, %rsp
  test %rsp, %rsp
  jz sleep
  add $CONTEXT_FRAME, %rsp
  POP_REGISTERS
  swapgs
  cmpq $VECTOR_OF_SYSCALL, (%rsp)
  lea 16(%rsp), %rsp
  jne 1f
  mov 24(%rsp), %rsp /* RCX and R11 are as SYSCALL left them; no user page is the last, so RCX is canonical */
  sysretq
1: iretq

sleep: /* until an interrupt has brought a context */
  mov %gs:CPU_STACK, %rsp
  sti
  hlt
  cli
  jmp leave

.global syscall_entry
syscall_entry: /* RAX, RDI RSI RDX R10 R8 R9: kernel/syscalls/abi.ts. Those and RCX and R11 are the kernel's to change. */
  swapgs
  mov %rsp, %gs:CPU_USER_STACK
  mov %gs:CPU_CURRENT, %rsp
  add $CONTEXT_FRAME, %rsp
  mov %rsp, %gs:CPU_FRAME
  mov %rbx, FRAME_WORD(1)(%rsp); mov %rcx, FRAME_WORD(2)(%rsp)
  mov %rbp, FRAME_WORD(6)(%rsp); mov %r11, FRAME_WORD(10)(%rsp)
  mov %r12, FRAME_WORD(11)(%rsp); mov %r13, FRAME_WORD(12)(%rsp)
  mov %r14, FRAME_WORD(13)(%rsp); mov %r15, FRAME_WORD(14)(%rsp)
  movq $VECTOR_OF_SYSCALL, FRAME_VECTOR(%rsp)
  mov %gs:CPU_USER_STACK, %rbx
  mov %rbx, FRAME_RSP(%rsp)
  mov %gs:CPU_STACK, %rsp
  CLEAR_KEPT_REGISTERS
  push %r9; push %r8 /* the C convention's last two */
  mov %r10, %r9; mov %rdx, %r8; mov %rsi, %rcx; mov %rdi, %rdx; mov %rax, %rsi
  call w2c_kernel_syscall
  jmp leave

/* 16 bytes a vector. 8, 10-14, 17, 21, 29 and 30 come with an error code (SDM 3A 6.15, APM 2 8.2); the others get 0. */
.balign 16
.global trap_entries
trap_entries:
vector = 0
.rept 48 /* and the interrupts of kernel/cpu/interrupt-vector.ts */
  .balign 16
  .if vector == 34; jmp shootdown_entry; .endif
  .if (0x60227d00 >> vector) & 1 == 0; push $0; .endif
  .byte 0x6a, vector /* push $vector */
  jmp trap_common
  vector = vector + 1
.endr

shootdown_entry: /* on a stack of its own. The task goes on: what C functions keep is left alone. Nothing of the user's is touched: AC may stay. */
  EACH push, rax, rcx, rdx, rsi, rdi, r8, r9, r10, r11
  cld; testb $3, 80(%rsp); jz 1f; swapgs
1:call w2c_kernel_shootdown
  testb $3, 80(%rsp); jz 2f; swapgs
2:EACH pop, r11, r10, r9, r8, rdi, rsi, rdx, rcx, rax
  iretq

trap_common:
  PUSH_REGISTERS
  cld
  cmpb $0, smap_is_on(%rip) /* interrupts keep AC (SDM 3A 4.6); CLAC without SMAP is #UD */
  je 1f
  clac
1:
  testb $3, FRAME_CS(%rsp)
  jz 2f
  swapgs
  mov %gs:CPU_CURRENT, %rdi
  add $CONTEXT_FRAME, %rdi
  mov %rdi, %gs:CPU_FRAME
  cmp %rdi, %rsp
  je 5f
  mov %rsp, %rsi /* the vector has a stack of its own */
  call move_frame
  mov %rax, %rdi
5:mov FRAME_VECTOR(%rdi), %esi
  mov FRAME_ERROR(%rdi), %rdx
  mov %cr2, %rcx
  mov $1, %r8d
  mov %gs:CPU_STACK, %rsp
  call w2c_kernel_trap
  jmp leave
2: /* perhaps from between SYSCALL and SWAPGS: the kernel's GS base is in the upper half, the user's is 0 */
  mov $GS_BASE, %ecx
  rdmsr
  mov %edx, %ebx
  test %ebx, %ebx
  js 3f
  swapgs
3:
  mov %rsp, %rdi
  call kernel_trap_from_kernel
  test %ebx, %ebx
  js 4f
  swapgs
4:
  POP_REGISTERS
  add $16, %rsp
  iretq

.global load_descriptor_tables
load_descriptor_tables: /* RDI, RSI: operands of LGDT and LIDT; EDX: the TSS selector */
  lgdt (%rdi)
  lidt (%rsi)
  ltr %dx
  xor %eax, %eax
  lldt %ax /* reset leaves 64 KiB at address 0 (SDM 3A 9.1.1), from which ring 3 could load selectors */
  mov $KERNEL_DATA, %eax
  .irp register, ss, ds, es, fs, gs
  mov %eax, %\register
  .endr
  pop %rax
  push $KERNEL_CODE
  push %rax
  lretq

/* Where a processor begins: at the start of a page below 1 MiB, to which platform/metal/platform/trampoline.ts copies this, with words at 128. */
.balign 128
.global trampoline
.code16
trampoline:
  mov %cs, %ax; mov %ax, %ds
  lgdtl 128
  mov 136, %eax; mov %eax, %cr4
  mov 140, %eax; mov %eax, %cr3
  mov $0xc0000080, %ecx; mov 144, %eax; xor %edx, %edx; wrmsr /* EFER */
  mov 148, %eax; mov %eax, %cr0
  ljmpl *152 /* to the next line, in 64-bit mode */
.code64
.balign 64
  mov trampoline+160(%rip), %rdi
  jmp *trampoline+168(%rip)

.bss
.balign 16
.skip 65536
boot_stack_top:
