// The test's kernel as platform/embedded/entry.ts has the usual one.
import { connectKernel } from "model/program/enter";
import { start, syscall, trap } from "./kernel-entry";

connectKernel(trap, syscall, start);

export * from "./kernel-entry";
export * from "../../../platform/embedded/exports";
