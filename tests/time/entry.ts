/** The HPET and the clock, over the kernel's own tables, as bring-up opens them. */
export * from "../spaces/entry";
export { oddityCount } from "../../kernel/numa/oddities";
export { clockRate, measureClock } from "../../kernel/time/clock-rate";
export { hpetCount, hpetCountsBetween, hpetPeriod, openHpet } from "../../kernel/time/hpet";
export { hpetRegisters, readHpetTable } from "../../kernel/time/hpet-table";
export { hpetDeclare } from "model/devices/hpet";
