/** What cannot be done to a module that runs on another CPU at this moment. */
import { call, Errno, gotHandle, load64, mmapShared, portName, portOpen, Protect, store64, yieldNow } from "nitros";
import { end, start } from "./names";
import { expect, failureCount, refused } from "./refused";

export function main(): i32 {
  const port = <u64>portOpen(portName("spinner"));
  expect("it lends a page", call(port, 0), 0);
  const at = <u64>mmapShared(0, 4096, Protect.READ | Protect.WRITE, 0, gotHandle(), 0);
  while (load64(at) != 1) yieldNow();
  refused("spawn", Errno.EAGAIN, "the older one runs on another CPU at this moment", start("spinner-2"));
  refused("unload", Errno.EAGAIN, "it runs on another CPU at this moment", end("spinner"));
  store64(at, 2);
  return failureCount();
}
