/** The kernel's own letters, for a test that reads the screen. */
export { GLYPH_COLUMNS, GLYPH_ROWS, glyphColumn } from "../../kernel/console/font";
