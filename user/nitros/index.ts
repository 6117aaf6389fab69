/** The library of user programs: `import { … } from "nitros"`. */
export * from "./machine";
export * from "./calls";
export * from "./print";
export * from "./messages";
