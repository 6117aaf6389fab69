/** The descriptor tables of a CPU, as the metal platform builds them. */
export { cpuInstall } from "platform";
