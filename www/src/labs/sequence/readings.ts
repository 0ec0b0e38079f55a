/** Time, phase and rank: one code read in three ways, a row a spike. */

import type { Figure, Links, Mark, Stroke } from '../../figure/figure';
import { turns } from '../../figure/inks';
import { precise } from '../../figure/print';
import { numbers } from '../../figure/table';
import { figureText } from '../../ui/text';
import type { Spikes } from '../../engine/types';
import { symbolText, spoken } from './symbols';

type Spike = Spikes['readings'][number];

/** In pixels: of a row, and of a dial. */
const ROW = 28;
const DIAL = 10;
/** Where columns end, and their drawings stand, as percentages of the width. */
const ENDS = [9, 25, 38, 64, 89] as const;
const HEADS = [
  { end: 9, label: 'Rank' },
  { end: 25, label: 'Neuron' },
  { end: 51, label: 'Significance' },
  { end: 77, label: 'Spike time' },
  { end: 100, label: 'Phase' },
] as const;
const BAR = [40, 51] as const;
const TRACK = [66, 77] as const;
const FACE = 95;

/** Three figures: there are five columns. The file has all of them. */
const brief = (value: number) => figureText(Number(value.toPrecision(3)));

const shareOf = (value: number, most: number) =>
  most > 0 && Number.isFinite(value) ? Math.min(1, Math.max(0, value / most)) : 0;

const within = ([from, to]: readonly [number, number], share: number) => from + share * (to - from);

/** The end of the input's volley as far as the phases tell: a whole turn. */
function volleyOf(readings: Spike[]): number {
  const turned = readings.filter(({ phase }) => phase > 0).at(-1);
  return turned ? turned.time / turns(turned.phase) : Math.max(0, ...readings.map(({ time }) => time)) || 1;
}

const spikeWords = ({ rank, neuron, significance, time, phase }: Spike) =>
  `rank ${rank}, neuron ${neuron}, significance ${figureText(significance)}, time ${figureText(time)}, ${figureText(turns(phase))} turns`;

export function readingsFigure(
  { readings, symbol }: Spikes,
  note: string,
  csv: () => Promise<string>,
): Figure {
  const most = Math.max(0, ...readings.map(({ significance }) => significance));
  const volley = volleyOf(readings);
  const rows = readings.map((_, row) => row);
  /** A stretch in each row, in its middle or so far below it. */
  const stretch = (
    id: string,
    from: (spike: Spike) => number,
    to: (spike: Spike) => number,
    stroke: Stroke,
    below = 0,
  ): Links => ({
    kind: 'link',
    id,
    x1: readings.map(from),
    y1: rows.map((row) => row + below),
    x2: readings.map(to),
    y2: rows.map((row) => row + below),
    style: () => stroke,
  });
  const time = (side: number) => (spike: Spike) => within(TRACK, shareOf(spike.time, volley)) + side * 0.3;
  const texts = readings.flatMap(({ rank, neuron, significance, time, phase }) => [
    String(rank),
    String(neuron),
    brief(significance),
    brief(time),
    brief(turns(phase)),
  ]);
  const marks: Mark[] = [
    {
      kind: 'text',
      x: HEADS.map(({ end }) => end),
      y: HEADS.map(() => -0.8),
      texts: HEADS.map(({ label }) => label),
      style: () => ({ anchor: 'end', bold: true }),
    },
    stretch(
      'row',
      () => 0,
      () => 100,
      { colour: '--rule', width: 1 },
      -0.5,
    ),
    {
      kind: 'text',
      x: texts.map((_, i) => ENDS[i % ENDS.length] ?? 0),
      y: texts.map((_, i) => Math.floor(i / ENDS.length)),
      texts,
      style: () => ({ anchor: 'end' }),
    },
    stretch(
      'track',
      () => BAR[0],
      () => BAR[1],
      { colour: '--rule', width: 12 },
    ),
    stretch(
      'significance',
      () => BAR[0],
      ({ significance }) => within(BAR, shareOf(significance, most)),
      { colour: '--series-1', width: 12 },
    ),
    stretch(
      'track',
      () => TRACK[0],
      () => TRACK[1],
      { colour: '--muted', width: 1 },
      0.22,
    ),
    stretch('time', time(-1), time(1), { colour: '--series-2', width: 12 }),
    {
      kind: 'dot',
      x: rows.map(() => FACE),
      y: rows,
      groups: [{ label: 'dial', colour: '--muted', shape: 'circle' }],
      size: DIAL,
      hollow: true,
    },
    // As on the clock of positions: upright at phase 0, and clockwise.
    {
      kind: 'vector',
      id: 'hand',
      x: rows.map(() => FACE),
      y: rows,
      turns: readings.map(({ phase }) => turns(phase)),
      length: DIAL - 1,
      style: () => ({ colour: '--series-1' }),
    },
  ];
  const title = 'Time, phase and rank of one code';
  return {
    name: 'readings',
    title,
    note,
    summary: `The code of ${spoken(symbol)} in three readings: ${readings.map(spikeWords).join('; ')}.`,
    empty: 'No neuron fires.',
    panels: [
      {
        x: { title: '', range: [0, 100], bare: true },
        y: { title: '', range: [rows.length - 0.5, -1.2], bare: true },
        height: (rows.length + 0.7) * ROW,
        marks,
      },
    ],
    reading: {
      by: 'point',
      x: rows.map(() => FACE),
      y: rows,
      rows: [rows],
      upDown: rows,
      at: (_, y) => rows[Math.round(y)] ?? null,
      words: (row) => {
        const spike = readings[row];
        return spike ? spikeWords(spike) : '';
      },
      role: 'table of spikes',
      hint: 'Arrow keys move from spike to spike.',
      invitation: 'Point at a row, tap it, or use the arrow keys, to read it.',
    },
    tables: [
      {
        title: `The code of ${symbolText(symbol)}`,
        note: 'in the order of firing',
        rows: rows.length,
        file: 'readings',
        csv,
        testId: 'readings',
        columns: [
          numbers(
            'rank',
            'Rank',
            readings.map(({ rank }) => rank),
            String,
          ),
          numbers(
            'neuron',
            'Neuron',
            readings.map(({ neuron }) => neuron),
            String,
          ),
          numbers(
            'significance',
            'Significance',
            readings.map(({ significance }) => significance),
            precise,
          ),
          numbers(
            'time',
            'Spike time',
            readings.map(({ time }) => time),
            precise,
          ),
          numbers(
            'turns',
            'Phase, turns',
            readings.map(({ phase }) => turns(phase)),
            precise,
          ),
        ],
      },
    ],
    remarks: [
      `Phases are in turns. A whole turn is ${figureText(volley)} in time: the window of the volley.`,
    ],
  };
}
