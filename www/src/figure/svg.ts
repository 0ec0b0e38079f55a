/** What every exported figure is made of: text of an SVG that stands by itself, without style sheet, script or font. */

import { linesOf, widthOf } from './text-lines';

export interface Words {
  title: string;
  /** Of the vertical axis of a chart. */
  yTitle?: string;
  /** Of the horizontal axis of a chart. */
  xTitle?: string;
  /** What the reference level is. */
  reference?: string;
  /** One line below the title. */
  note?: string;
  /** Below the figure, a line each. */
  remarks?: string[];
  /** Address that restores the configuration. */
  address: string;
}

export const INK = '#1d1f21';
export const MUTED = '#4c5056';
export const RULE = '#dddddd';
const FONT = 'Helvetica, Arial, "Liberation Sans", sans-serif';

/** Text for an XML document: escaped, and without the characters that XML 1.0 does not allow. */
export function escape(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}

export type Attributes = Record<string, string | number | undefined>;

export function tag(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escape(typeof value === 'number' ? short(value) : String(value))}"`)
    .join('');
  return content ? `<${name}${written}>${content}</${name}>` : `<${name}${written}/>`;
}

/** A hundredth of a unit is finer than any printer. */
export function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

export function text(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return tag('text', { x, y, fill: INK, 'font-size': 11, ...attributes }, escape(content));
}

/** Breaks a long address where it may be broken, so that it can be read off paper. */
function wrap(content: string, width: number): string[] {
  const lines = [''];
  for (const piece of content.split(/(?<=[&#,/ ])/)) {
    const last = lines.at(-1) ?? '';
    if (last && widthOf(last + piece, CAPTION_SIZE) > width) lines.push(piece);
    else lines[lines.length - 1] = last + piece;
  }
  return lines.flatMap((line) => linesOf(line, width, (piece) => widthOf(piece, CAPTION_SIZE)));
}

/** Where none of the fonts is installed, another one stands in for them that may be so much wider. */
export const SPARE = 1.15;
const CAPTION_SIZE = 9;

export function caption(
  { remarks = [], address }: Words,
  x: number,
  y: number,
  width: number,
): { svg: string; height: number } {
  const lines = [...remarks, `Mnemoscope: ${address}`].flatMap((line) => wrap(line, width / SPARE));
  const svg = lines
    .map((line, i) => text(x, y + i * 12, line, { fill: MUTED, 'font-size': CAPTION_SIZE, class: 'caption' }))
    .join('');
  return { svg, height: lines.length * 12 };
}

export function picture(width: number, height: number, words: Words, summary: string, body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${tag(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${short(width)} ${short(height)}`,
      'font-family': FONT,
      role: 'img',
    },
    tag('title', {}, escape(words.title)) +
      tag('desc', {}, escape(`${summary} Configuration: ${words.address}`)) +
      tag('rect', { width, height, fill: '#ffffff' }) +
      body,
  )}\n`;
}

const NOTE_SIZE = 11;
const NOTE_LEADING = 14;

export function heading(words: Words, x: number, width: number): { svg: string; height: number } {
  const title = text(x, 22, words.title, { 'font-size': 15, 'font-weight': 'bold' });
  const lines = linesOf(words.note ?? '', width / SPARE, (line) => widthOf(line, NOTE_SIZE));
  const note = lines.map((line, i) => text(x, 39 + i * NOTE_LEADING, line, { fill: MUTED })).join('');
  return { svg: title + note, height: lines.length ? 36 + NOTE_LEADING * lines.length : 34 };
}
