/** Lines of text in a drawing, which has no layout of its own. */

import { text, widthOf, type Attributes } from '../../figure/svg';

/** Breaks `content` into lines of at most `width`; a word that is longer is broken too. */
export function linesOf(content: string, width: number, size: number): string[] {
  const lines: string[] = [];
  let line = '';
  const fits = (one: string) => widthOf(one, size) <= width;
  for (const word of content.split(/\s+/).filter(Boolean)) {
    const longer = line ? `${line} ${word}` : word;
    if (fits(longer)) {
      line = longer;
      continue;
    }
    if (line) lines.push(line);
    line = word;
    while (!fits(line)) {
      const most = Math.max(1, Math.floor(width / widthOf('n', size)));
      lines.push(line.slice(0, most));
      line = line.slice(most);
    }
  }
  return line ? [...lines, line] : lines;
}

export interface Block {
  svg: string;
  height: number;
}

/** `content` in lines below each other; `y` is the top of the first. */
export function block(
  x: number,
  y: number,
  width: number,
  content: string,
  size: number,
  attributes: Attributes = {},
): Block {
  const leading = Math.round(size * 1.3);
  const lines = linesOf(content, width, size);
  const svg = lines
    .map((line, i) => text(x, y + size + i * leading, line, { 'font-size': size, ...attributes }))
    .join('');
  return { svg, height: lines.length * leading };
}
