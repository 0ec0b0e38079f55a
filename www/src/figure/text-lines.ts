/** How wide a text is, where there is no screen to measure it on: in a file, and in a test. */

/**
 * Advance widths of the characters from space to tilde in thousandths of the font's size: those of Helvetica, to which
 * Arial and Liberation Sans are metrically the same (Adobe Font Metrics, Helvetica 002.000).
 */
const WIDTHS = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
  556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
  500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
  556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
  278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
const FIRST = 32;
/** Of what is not among them: digits, signs and Greek letters are about as wide. */
const OTHER = 556;
/** The bold face is so much wider, on average over letters. */
const BOLD = 1.06;

export function widthOf(text: string, size: number, bold = false): number {
  let sum = 0;
  for (const character of text) sum += WIDTHS[(character.codePointAt(0) ?? 0) - FIRST] ?? OTHER;
  return (sum / 1000) * size * (bold ? BOLD : 1);
}

/** Breaks `content` into lines of at most `width`; a word that is longer is broken too. */
export function linesOf(content: string, width: number, measure: (text: string) => number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of content.split(/\s+/).filter(Boolean)) {
    const longer = line ? `${line} ${word}` : word;
    if (measure(longer) <= width) {
      line = longer;
      continue;
    }
    if (line) lines.push(line);
    line = word;
    while (line.length > 1 && measure(line) > width) {
      let most = line.length - 1;
      while (most > 1 && measure(line.slice(0, most)) > width) most -= 1;
      lines.push(line.slice(0, most));
      line = line.slice(most);
    }
  }
  return line ? [...lines, line] : lines;
}
