/** What the host and programs call of the machine around the kernel. Compiled in with `entry.ts`, or with a test's kernel. */
// Before boot.
export { ramDeclare, ramAt } from "model/ram/ram";
export { featuresHide } from "model/cpu/features";
export { cpuid } from "model/cpu/identification";
export { readCr3, writeCr0, writeCr3, writeCr4 } from "model/mmu/registers";
export { readMsr, writeMsr } from "model/cpu/msr";
export { cpusDeclare } from "model/cpu/start";
export { translate } from "model/mmu/translate";
// Running programs.
export {
  contextNext,
  contextEntry,
  contextSerial,
  contextEnter,
  contextTakeForked,
  isCurrentAlive,
} from "model/program/context";
export { programStarts, programResumes } from "model/program/resume";
export { programFetch, programTrap, programStackOverflow } from "model/program/from-host";
export { takeTurn, turnsSeed } from "model/program/turns";
export { isInKernel, setInKernel } from "model/program/enter";
export { keepValues } from "model/program/stack-reserve";
// What programs call, bound directly to their imports.
export { userLoad8, userLoad16, userLoad32, userLoad64 } from "model/program/access";
export { userStore8, userStore16, userStore32, userStore64 } from "model/program/access";
export { userClock, userExecute, userSyscall } from "model/program/calls";
