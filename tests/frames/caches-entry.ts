export { cacheColours } from "../../kernel/cpu/caches";
