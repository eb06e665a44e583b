/** Advance widths of Open Sans Regular from the space to the tilde, in thousandths of an em (the font's own `hmtx` table). */
const widths = [
  260, 264, 398, 646, 572, 827, 729, 219, 295, 295, 551, 572, 259, 322, 263, 367, 572, 572, 572, 572, 572, 572, 572,
  572, 572, 572, 263, 263, 572, 572, 572, 432, 896, 632, 646, 630, 726, 556, 516, 727, 737, 279, 269, 612, 522, 899,
  753, 778, 602, 778, 617, 548, 551, 729, 596, 923, 578, 559, 572, 327, 367, 327, 572, 438, 277, 556, 612, 479, 612,
  562, 336, 543, 613, 252, 252, 525, 252, 926, 613, 602, 612, 612, 409, 477, 356, 613, 500, 775, 523, 501, 469, 375,
  549, 375, 572,
];

/** For what is not ASCII: as wide as a digit; letters that are drawn in a square are told apart, so that a label is not cut. */
const other = 572;
const square = 1000;

/** Width of a line of text in pixels, at a font size in pixels: without a browser nobody measures it, and plotly must know how much room a label takes. */
export function textWidth(text: string, fontSize: number): number {
  let width = 0;
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    width += widths[code - 32] ?? (code >= 0x2e80 ? square : other);
  }
  return (width * fontSize) / 1000;
}
