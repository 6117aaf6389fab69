/** The check of a program's image, on the embedded machine's memory. */
export { checkImage, imageEntry, imageExtent } from "../../kernel/tasks/image";
export { imageErrorText } from "../../kernel/tasks/image-errors";
export { physStore8 } from "platform";
export { ramDeclare } from "model/ram/ram";
