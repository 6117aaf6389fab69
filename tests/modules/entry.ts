/** The check of a module's image, on a machine with RAM and with devices of the kernel's. */
export * from "../spaces/entry";
export { checkImage, imageErrorFound, imageManifest, imageManifestError, quotaLimit } from "../../kernel/tasks/image";
export { manifestErrorText } from "../../kernel/manifests/errors";
export { physStore8 } from "platform";
