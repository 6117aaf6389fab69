// The thread that runs an embedded machine. Threads do not inherit tsx, so that it is registered here.
import { register } from "tsx/esm/api";

register();
await import("./worker.ts");
