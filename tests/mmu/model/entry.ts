// Compiled with --path platform/embedded: the modelled MMU, opened for tests.
export * from "platform";
export { ramDeclare, isRam, ramAt } from "model/ram/ram";
export { featuresHide, featuresOffer } from "model/cpu/features";
export { translate, probe, patIndexAt, setTlbHabits } from "model/mmu/translate";
export { patType } from "model/mmu/model-registers";
export { faultVector, faultError, faultAddress } from "model/mmu/faults";
