/** Pairs of bars on a logarithmic axis: before and after, part by part. In a table on the page, as SVG on paper. */

import { html, nothing, type TemplateResult } from 'lit';
import { figureText } from '../ui/text';
import { caption, heading, INK, MUTED, picture, RULE, tag, text, widthOf, type Words } from './svg';
import { paperColour } from './paper';

export interface Bar {
  label: string;
  before: number;
  after: number;
  /** Stands at the end of the row on paper. */
  note: string;
}

export interface Decades {
  /** Exponents of the two ends. */
  least: number;
  most: number;
}

/** Whole decades around all values above zero. */
export function decadesOf(bars: Bar[]): Decades {
  const logs = bars
    .flatMap(({ before, after }) => [before, after])
    .filter((value) => value > 0 && Number.isFinite(value))
    .map(Math.log10);
  if (!logs.length) return { least: -1, most: 0 };
  const least = Math.floor(Math.min(...logs) - 1e-9);
  return { least, most: Math.max(least + 1, Math.ceil(Math.max(...logs))) };
}

/** Where a value lies, from 0 to 1. Zero and less have no place on a logarithmic axis: no bar. */
export function shareOf(value: number, { least, most }: Decades): number {
  if (!(value > 0) || !Number.isFinite(value)) return 0;
  return Math.min(1, Math.max(0, (Math.log10(value) - least) / (most - least)));
}

const power = (exponent: number) => html`10<sup>${String(exponent).replace('-', '−')}</sup>`;

export function pairOfBars({ before, after }: Bar, decades: Decades): TemplateResult {
  const one = (which: 'before' | 'after', value: number) => html`
    <span>${which}</span>
    <span class="track"
      ><span class=${which} style="width: ${(shareOf(value, decades) * 100).toFixed(1)}%"></span
    ></span>
    <span class="n" data-value=${which}>${figureText(value)}</span>
  `;
  return html`<span class="pairing">${one('before', before)}${one('after', after)}</span>`;
}

/** The axis of the bars, for the head of their column. */
export function barScale({ least, most }: Decades): TemplateResult {
  const every = Math.ceil((most - least) / 4);
  const ends = Array.from({ length: most - least + 1 }, (_, i) => least + i).filter(
    (exponent) => (exponent - least) % every === 0,
  );
  // Labels at even distances only fit where the last decade is one of them.
  const shown = (most - least) % every === 0 ? ends : [least, most];
  return html`<span class="scale">${shown.map((exponent) => html`<span>${power(exponent)}</span>`)}</span>
    <span class="sr">, logarithmic</span>${nothing}`;
}

const WIDTH = 640;
const ROW = 44;
const BAR = 13;

export function barsSvg(bars: Bar[], unit: string, words: Words): string {
  const decades = decadesOf(bars);
  const head = heading(words, 14);
  const left = 24 + Math.max(60, ...bars.map(({ label }) => widthOf(label, 11)));
  const right = WIDTH - 30 - Math.max(0, ...bars.map(({ note }) => widthOf(note, 10))) - 60;
  const top = head.height + 28;
  const bottom = top + bars.length * ROW;
  const at = (share: number) => left + share * (right - left);
  const marks: string[] = [];
  for (let exponent = decades.least; exponent <= decades.most; exponent++) {
    const x = at((exponent - decades.least) / (decades.most - decades.least));
    marks.push(
      tag('line', { x1: x, y1: top, x2: x, y2: bottom, stroke: RULE }),
      text(x, bottom + 16, `1e${exponent}`, { 'text-anchor': 'middle', class: 'x-tick' }),
    );
  }
  const colours = { before: paperColour('--series-1'), after: paperColour('--series-2') };
  const key = (['before', 'after'] as const)
    .map(
      (which, i) =>
        tag('rect', { x: left + i * 80, y: head.height, width: 12, height: 10, fill: colours[which] }) +
        text(left + 17 + i * 80, head.height + 9, which, { class: 'label' }),
    )
    .join('');
  const rows = bars.map((bar, row) => {
    const y = top + row * ROW + 6;
    const one = (which: 'before' | 'after', offset: number) => {
      const end = at(shareOf(bar[which], decades));
      return (
        tag('rect', {
          class: which,
          x: left,
          y: y + offset,
          width: Math.max(0, end - left),
          height: BAR,
          fill: colours[which],
        }) + text(end + 5, y + offset + BAR - 3, figureText(bar[which]), { 'font-size': 10, class: 'value' })
      );
    };
    return (
      text(left - 8, y + BAR + 4, bar.label, { 'text-anchor': 'end', class: 'row' }) +
      one('before', 0) +
      one('after', BAR + 2) +
      text(WIDTH - 16, y + BAR + 4, bar.note, { 'text-anchor': 'end', 'font-size': 10, fill: MUTED })
    );
  });
  const axis =
    tag('path', { d: `M${left} ${top}V${bottom}H${right}`, fill: 'none', stroke: INK }) +
    text((left + right) / 2, bottom + 34, unit, { 'text-anchor': 'middle' });
  const foot = caption(words, 14, bottom + 58, WIDTH - 28);
  const summary = bars
    .map(
      ({ label, before, after, note }) =>
        `${label}: ${figureText(before)}, then ${figureText(after)}, ${note}`,
    )
    .join('. ');
  return picture(
    WIDTH,
    bottom + 58 + foot.height,
    words,
    `${summary}.`,
    head.svg + key + marks.join('') + rows.join('') + axis + foot.svg,
  );
}
