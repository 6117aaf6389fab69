/** The kernel's random numbers, alone. */
export * from "../../kernel/random/random";
