/**
 * The kernel as the embedded machine runs it: the kernel, and the machine's own calls for the host and for programs. Compiled with
 * `--path platform/embedded`; the model is imported by its bare name, so that it is the same module as the kernel's "platform".
 */
import { start, syscall, trap } from "../../kernel/kernel";
import { connectKernel } from "model/program/enter";

connectKernel(trap, syscall, start);

export * from "../../kernel/kernel";
export * from "./exports";
