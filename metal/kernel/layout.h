/* What entry.S and the C agree on. Offsets are bytes. */
#pragma once
#define KERNEL_CODE 0x08 /* selectors: platform/metal/platform/descriptors.ts builds the table */
#define KERNEL_DATA 0x10
#define USER_DATA 0x23
#define USER_CODE 0x2b

#define GS_BASE 0xc0000101

/* struct Cpu, at GS while in the kernel */
#define CPU_STACK 0
#define CPU_CURRENT 8
#define CPU_USER_STACK 16
#define CPU_INDEX 24
#define CPU_FRAME 32

/* A context: FXSAVE area, then struct Frame, which TSS.rsp0 makes the processor push to the end of. */
#define CONTEXT_FRAME 512
#define CONTEXT_FRAME_END (CONTEXT_FRAME + 22 * 8)

/* struct Frame: RAX 0, RBX 1, RCX 2, RDX 3, RSI 4, RDI 5, RBP 6, R8-R15 7-14 */
#define FRAME_WORD(n) ((n) * 8)
#define FRAME_VECTOR (15 * 8)
#define FRAME_ERROR (16 * 8)
#define FRAME_CS (18 * 8)
#define FRAME_RSP (20 * 8)
#define PAGE_FAULT_RESERVED_BIT 8 /* in Frame.error: an entry is damaged (SDM 3A 4.7) */
#define VECTOR_OF_SYSCALL 0x100 /* in Frame.vector: came by SYSCALL, may leave by SYSRET */
