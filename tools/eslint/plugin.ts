import { noHexFlag, noLateWidening, noNarrowShift, noSizeofClass, noWideEnum } from "./rules.ts";

/** The project's own lint rules. */
export const plugin = {
  meta: { name: "nitros" },
  rules: {
    "no-narrow-shift": noNarrowShift,
    "no-late-widening": noLateWidening,
    "no-wide-enum": noWideEnum,
    "no-sizeof-class": noSizeofClass,
    "no-hex-flag": noHexFlag,
  },
};
