/** The course of a session as a figure for a file: lines of symbols, below each what was predicted and how sure that was. */

import type { Figure, Links, Words } from '../../figure/figure';
import { widthOf } from '../../figure/layout';
import { predictionText, stepWords, verdict } from './course';
import type { SymbolStep } from '../../engine/types';
import { symbolText } from './symbols';

/** The drawing is in pixels. */
const WIDTH = 612;
const LABELS = 74;
const LEAST_CELL = 26;
const MOST_CELL = 120;
const BAR_HEIGHT = 34;
const BAR_WIDTH = 7;
/** Where the rows of a line stand, from its top. */
const ROWS = { at: 7, symbol: 22, predicted: 40, base: 84, truth: 93 };
const LINE = 108;
/** More symbols are told as a number only. */
const MOST_TOLD = 40;

interface Placed {
  step: SymbolStep;
  /** Middle and top of its cell. */
  x: number;
  top: number;
}

const shareOf = (value: number | null) => Math.min(1, Math.max(0, value ?? 0));

/** `from` is the place in the session that is numbered 1. */
export function courseFigure(
  steps: SymbolStep[],
  from: number,
  words: Pick<Figure, 'title' | 'note' | 'remarks'>,
): Figure {
  const widest = steps.reduce(
    (most, step) => Math.max(most, widthOf(symbolText(step.symbol), 14), widthOf(predictionText(step), 11)),
    0,
  );
  const width = Math.min(MOST_CELL, Math.max(LEAST_CELL, widest + 8));
  const columns = Math.max(1, Math.floor((WIDTH - LABELS) / width));
  const lines = Array.from({ length: Math.ceil(steps.length / columns) }, (_, line) => line * LINE);
  const cells = steps.map((step, i): Placed => ({
    step,
    x: LABELS + ((i % columns) + 0.5) * width,
    top: Math.floor(i / columns) * LINE,
  }));
  const told = (
    row: keyof typeof ROWS,
    size: number,
    text: (step: SymbolStep) => string,
    colour: (step: SymbolStep) => string = () => '--ink',
  ): Words => ({
    kind: 'text',
    id: row,
    x: cells.map(({ x }) => x),
    y: cells.map(({ top }) => top + ROWS[row]),
    texts: cells.map(({ step }) => text(step)),
    style: (i) => {
      const step = cells[i]?.step;
      return { size, bold: row === 'symbol', ...(step ? { colour: colour(step) } : {}) };
    },
  });
  /** Upright stretches, from so far below the top of a cell to so far above that. */
  const upright = (
    id: string,
    own: Placed[],
    dx: number,
    below: number,
    height: (step: SymbolStep) => number,
    style: Links['style'],
  ): Links => ({
    kind: 'link',
    id,
    x1: own.map(({ x }) => x + dx),
    y1: own.map(({ top }) => top + below),
    x2: own.map(({ x }) => x + dx),
    y2: own.map(({ step, top }) => top + below - height(step)),
    style,
  });
  const bars = (id: 'similarity' | 'surprise', dx: number, colour: string) =>
    upright(
      id,
      cells.filter(({ step }) => shareOf(step[id]) > 0),
      dx,
      ROWS.base,
      (step) => BAR_HEIGHT * shareOf(step[id]),
      () => ({ colour, width: BAR_WIDTH }),
    );
  const wrong = (step: SymbolStep) =>
    verdict(step) === 'wrong' && step.mode === 'recall' && step.expected !== null;
  const labels = [
    { words: 'came', y: ROWS.symbol, colour: '--ink' },
    { words: 'predicted', y: ROWS.predicted, colour: '--ink' },
    { words: 'similarity', y: ROWS.base - 22, colour: '--series-1' },
    { words: 'surprise', y: ROWS.base - 9, colour: '--series-2' },
  ];
  /** Across a line: at the bottom of the bars, and where they would end at 1. */
  const across = (id: string, y: number, dash: number[]): Links => ({
    kind: 'link',
    id,
    x1: lines.map(() => LABELS),
    y1: lines.map((top) => top + y),
    x2: lines.map((_, line) => LABELS + width * Math.min(columns, steps.length - line * columns)),
    y2: lines.map((top) => top + y),
    style: () => ({ colour: '--muted', width: 0.7, dash }),
  });
  // What the machine wrote or made up itself stands on a ground of its own.
  const grounds = cells.filter(({ step }) => step.mode === 'store' || step.mode === 'recall');
  return {
    name: 'session',
    ...words,
    summary:
      steps.length <= MOST_TOLD
        ? steps.map((step) => stepWords(step, from)).join('. ')
        : `${steps.length} symbols.`,
    empty: 'No symbol.',
    panels: [
      {
        x: { title: '', range: [0, WIDTH], bare: true },
        y: { title: '', range: [lines.length * LINE, 0], bare: true },
        height: lines.length * LINE,
        marks: [
          upright(
            'ground',
            grounds,
            0,
            ROWS.predicted + 8,
            () => 36,
            (i) => {
              const recalled = grounds[i]?.step.mode === 'recall';
              return {
                colour: recalled ? '--series-1' : '--muted',
                width: width - 2,
                opacity: recalled ? 0.12 : 0.08,
              };
            },
          ),
          told(
            'at',
            8,
            ({ at }) => String(at - from + 1),
            () => '--muted',
          ),
          told('symbol', 14, ({ symbol }) => symbolText(symbol)),
          told(
            'predicted',
            11,
            predictionText,
            (step) => ({ wrong: '--bad', right: '--good', open: '--muted' })[verdict(step)],
          ),
          across('full', ROWS.base - BAR_HEIGHT, [2, 3]),
          across('base', ROWS.base, []),
          bars('similarity', -BAR_WIDTH / 2 - 1, '--series-1'),
          bars('surprise', BAR_WIDTH / 2 + 1, '--series-2'),
          told(
            'truth',
            9,
            (step) => (wrong(step) ? `≠ ${symbolText(step.expected ?? '')}` : ''),
            () => '--bad',
          ),
          {
            kind: 'text',
            x: lines.flatMap(() => labels.map(() => 0)),
            y: lines.flatMap((top) => labels.map(({ y }) => top + y)),
            texts: lines.flatMap(() => labels.map(({ words }) => words)),
            style: (i) => ({
              size: 10,
              anchor: 'start',
              colour: labels[i % labels.length]?.colour ?? '--ink',
            }),
          },
          {
            kind: 'text',
            x: lines.flatMap(() => [LABELS - 6, LABELS - 6]),
            y: lines.flatMap((top) => [top + ROWS.base, top + ROWS.base - BAR_HEIGHT]),
            texts: lines.flatMap(() => ['0', '1']),
            style: () => ({ size: 8, anchor: 'end', colour: '--muted' }),
          },
        ],
      },
    ],
    reading: null,
    tables: [],
  };
}
