/** Time, phase and rank: one code read in three ways, a row a spike. As a table on the page, as a figure on paper. */

import { html, type TemplateResult } from 'lit';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { ON_PAGE, ON_PAPER, turns, type Inks } from '../../figure/inks';
import { figureText } from '../../ui/text';
import { caption, heading, INK, MUTED, picture, RULE, tag, text, type Words } from '../../figure/svg';
import type { Spikes } from '../../engine/types';
import { symbolText, spoken } from './symbols';

type Reading = Spikes['readings'][number];

const DIAL = 24;
const BAR = { width: 100, height: 12 };

/** Three figures: there are five columns. The file has all of them. */
const brief = (value: number) => figureText(Number(value.toPrecision(3)));

const shareOf = (value: number, most: number) =>
  most > 0 && Number.isFinite(value) ? Math.min(1, Math.max(0, value / most)) : 0;

/** The end of the input's volley as far as the phases tell: a whole turn. */
function volleyOf(readings: Reading[]): number {
  const turned = readings.filter(({ phase }) => phase > 0).at(-1);
  return turned ? turned.time / turns(turned.phase) : Math.max(0, ...readings.map(({ time }) => time)) || 1;
}

/** As on the clock of positions: upright at phase 0, and clockwise. */
function dial({ phase }: Reading, inks: Inks): string {
  const [c, r] = [DIAL / 2, DIAL / 2 - 1.5];
  return (
    tag('circle', { cx: c, cy: c, r, fill: 'none', stroke: inks.muted }) +
    tag('line', {
      class: 'hand',
      x1: c,
      y1: c,
      x2: c + Math.sin(phase) * (r - 1),
      y2: c - Math.cos(phase) * (r - 1),
      stroke: inks.of('--series-1'),
      'stroke-width': 2,
    })
  );
}

function significanceBar({ significance }: Reading, most: number, inks: Inks): string {
  return (
    tag('rect', { width: BAR.width, height: BAR.height, fill: inks.rule }) +
    tag('rect', {
      class: 'significance',
      width: shareOf(significance, most) * BAR.width,
      height: BAR.height,
      fill: inks.of('--series-1'),
    })
  );
}

function timeBar({ time }: Reading, volley: number, inks: Inks): string {
  const x = 1.5 + shareOf(time, volley) * (BAR.width - 3);
  return (
    tag('line', { x1: 0, y1: BAR.height, x2: BAR.width, y2: BAR.height, stroke: inks.ink }) +
    tag('line', {
      class: 'time',
      x1: x,
      y1: 0,
      x2: x,
      y2: BAR.height,
      stroke: inks.of('--series-2'),
      'stroke-width': 3,
    })
  );
}

/** Bars are made narrower where there is less room; a dial stays round. */
const small = (width: number, height: number, content: string, stretched = true) =>
  unsafeHTML(
    tag(
      'svg',
      {
        width,
        height,
        viewBox: `0 0 ${width} ${height}`,
        'aria-hidden': 'true',
        preserveAspectRatio: stretched ? 'none' : undefined,
      },
      content,
    ),
  );

export function readingsTable({ readings, symbol }: Spikes): TemplateResult {
  const most = Math.max(0, ...readings.map(({ significance }) => significance));
  const volley = volleyOf(readings);
  return html`<div class="scroll tall" tabindex="0" role="region" aria-label="Time, phase and rank, table">
    <table class="readings" data-testid="readings">
      <caption>
        The code of ${symbolText(symbol)}
        <span class="quiet">in the order of firing</span>
      </caption>
      <thead>
        <tr>
          <th scope="col" class="n">Rank</th>
          <th scope="col" class="n">Neuron</th>
          <th scope="col" class="n">Significance</th>
          <th scope="col" class="n">Spike time</th>
          <th scope="col" class="n">Phase, turns</th>
        </tr>
      </thead>
      <tbody>
        ${readings.map(
          (reading) =>
            html`<tr>
              <th scope="row" class="n" data-value="rank">${reading.rank}</th>
              <td class="n" data-value="neuron">${reading.neuron}</td>
              <td class="n with">
                ${small(BAR.width, BAR.height, significanceBar(reading, most, ON_PAGE))}
                <span data-value="significance">${brief(reading.significance)}</span>
              </td>
              <td class="n with">
                ${small(BAR.width, BAR.height + 1, timeBar(reading, volley, ON_PAGE))}
                <span data-value="time">${brief(reading.time)}</span>
              </td>
              <td class="n with">
                ${small(DIAL, DIAL, dial(reading, ON_PAGE), false)}
                <span data-value="turns">${brief(turns(reading.phase))}</span>
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

const ROW = 28;
const WIDTH = 560;
const COLUMNS = [
  { x: 50, label: 'Rank' },
  { x: 110, label: 'Neuron' },
  { x: 280, label: 'Significance' },
  { x: 430, label: 'Spike time' },
  { x: 540, label: 'Phase (turns)' },
] as const;

export function readingsSvg(spikes: Spikes, words: Words): string {
  const { readings } = spikes;
  const most = Math.max(0, ...readings.map(({ significance }) => significance));
  const volley = volleyOf(readings);
  const head = heading(words, 14);
  const top = head.height + 22;
  const titles = COLUMNS.map(({ x, label }) =>
    text(x, head.height + 12, label, { 'text-anchor': 'end', 'font-weight': 'bold' }),
  ).join('');
  const rows = readings.map((reading, i) => {
    const y = top + i * ROW;
    const figures = [
      String(reading.rank),
      String(reading.neuron),
      brief(reading.significance),
      brief(reading.time),
      brief(turns(reading.phase)),
    ];
    const placed = (x: number, dy: number, content: string) =>
      tag('g', { transform: `translate(${x} ${y + dy})` }, content);
    return (
      tag('line', { x1: 14, y1: y, x2: WIDTH - 14, y2: y, stroke: RULE }) +
      figures
        .map((figure, column) =>
          text(COLUMNS[column]?.x ?? 0, y + 18, figure, { 'text-anchor': 'end', class: 'value' }),
        )
        .join('') +
      placed(124, 8, significanceBar(reading, most, ON_PAPER)) +
      placed(290, 8, timeBar(reading, volley, ON_PAPER)) +
      placed(446, 2, dial(reading, ON_PAPER))
    );
  });
  const bottom = top + readings.length * ROW;
  const note = text(
    14,
    bottom + 16,
    `A whole turn is ${figureText(volley)} in time: the window of the volley.`,
    {
      fill: MUTED,
      'font-size': 10,
    },
  );
  const foot = caption(words, 14, bottom + 36, WIDTH - 28);
  return picture(
    WIDTH,
    bottom + 36 + foot.height,
    words,
    readingsSummary(spikes),
    titles +
      rows.join('') +
      tag('line', { x1: 14, y1: bottom, x2: WIDTH - 14, y2: bottom, stroke: INK }) +
      head.svg +
      note +
      foot.svg,
  );
}

export function readingsSummary({ symbol, readings }: Spikes): string {
  const each = readings.map(
    ({ rank, neuron, significance, time, phase }) =>
      `rank ${rank}, neuron ${neuron}, significance ${figureText(significance)}, time ${figureText(time)}, ${figureText(turns(phase))} turns`,
  );
  return `The code of ${spoken(symbol)} in three readings: ${each.join('; ')}.`;
}
