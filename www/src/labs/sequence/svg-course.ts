/** The course of a session as SVG, in the colours of paper. */

import { paperColour } from '../../figure/paper';
import {
  caption,
  heading,
  INK,
  MUTED,
  picture,
  RULE,
  tag,
  text,
  widthOf,
  type Words,
} from '../../figure/svg';
import { predictionText, stepWords, verdict } from './course';
import type { SymbolStep } from '../../engine/types';
import { symbolText } from './symbols';

const WIDTH = 720;
const LEFT = 14;
const LABELS = 74;
/** Links of this lab are full of digits and plus signs, which are wide. */
const CAPTION = 0.85 * (WIDTH - 2 * LEFT);
const LEAST_CELL = 26;
const MOST_CELL = 120;
const BAR_HEIGHT = 34;
const BAR_WIDTH = 7;
/** Where the rows of a line stand, from its top. */
const ROWS = { at: 10, symbol: 27, predicted: 43, bars: 50, truth: 96 };
const LINE = 108;

const GOOD = '#00664d';
const BAD = '#a4262c';
const SIMILARITY = paperColour('--series-1');
const SURPRISE = paperColour('--series-2');

function cell(step: SymbolStep, from: number, x: number, top: number, width: number): string {
  const middle = x + width / 2;
  const judged = verdict(step);
  const centred = { 'text-anchor': 'middle' };
  const base = top + ROWS.bars + BAR_HEIGHT;
  const bar = (value: number | null, at: number, fill: string, name: string) => {
    const height = value === null ? 0 : BAR_HEIGHT * Math.min(1, Math.max(0, value));
    return height > 0
      ? tag('rect', { class: name, x: at, y: base - height, width: BAR_WIDTH, height, fill })
      : '';
  };
  const ground =
    step.mode === 'cue' || step.mode === 'replay'
      ? ''
      : tag('rect', {
          x: x + 1,
          y: top + 14,
          width: width - 2,
          height: 34,
          fill: step.mode === 'recall' ? '#e6f0f6' : '#f3f2ee',
        });
  return tag(
    'g',
    { class: `step ${step.mode} ${judged}` },
    ground +
      text(middle, top + ROWS.at, String(step.at - from + 1), { ...centred, fill: MUTED, 'font-size': 8 }) +
      text(middle, top + ROWS.symbol, symbolText(step.symbol), {
        ...centred,
        'font-size': 14,
        'font-weight': 'bold',
        class: 'symbol',
      }) +
      text(middle, top + ROWS.predicted, predictionText(step), {
        ...centred,
        fill: judged === 'wrong' ? BAD : judged === 'right' ? GOOD : MUTED,
        class: 'predicted',
      }) +
      bar(step.similarity, middle - BAR_WIDTH - 1, SIMILARITY, 'similarity') +
      bar(step.surprise, middle + 1, SURPRISE, 'surprise') +
      tag('line', { x1: x + 2, y1: base, x2: x + width - 2, y2: base, stroke: MUTED, 'stroke-width': 0.7 }) +
      (judged === 'wrong' && step.mode === 'recall' && step.expected !== null
        ? text(middle, top + ROWS.truth, `≠ ${symbolText(step.expected)}`, {
            ...centred,
            fill: BAD,
            'font-size': 9,
            class: 'truth',
          })
        : ''),
  );
}

/** What the rows are, at the beginning of a line. */
function rowLabels(top: number): string {
  const label = (y: number, words: string, fill = INK) =>
    text(LEFT, top + y, words, { fill, 'font-size': 10, class: 'row' });
  const base = top + ROWS.bars + BAR_HEIGHT;
  const scale = [0, 1]
    .map((value) =>
      text(LEFT + LABELS - 6, base - value * BAR_HEIGHT + 3, String(value), {
        'text-anchor': 'end',
        'font-size': 8,
        fill: MUTED,
      }),
    )
    .join('');
  return (
    label(ROWS.symbol, 'came') +
    label(ROWS.predicted, 'predicted') +
    label(ROWS.bars + 16, 'similarity', SIMILARITY) +
    label(ROWS.bars + 28, 'surprise', SURPRISE) +
    scale
  );
}

/** `from` is the place in the session that is numbered 1. */
export function courseSvg(steps: SymbolStep[], from: number, words: Words): string {
  const widest = steps.reduce(
    (most, step) => Math.max(most, widthOf(symbolText(step.symbol), 14), widthOf(predictionText(step), 11)),
    0,
  );
  const width = Math.min(MOST_CELL, Math.max(LEAST_CELL, widest + 8));
  const columns = Math.max(1, Math.floor((WIDTH - 2 * LEFT - LABELS) / width));
  const lines = Math.ceil(steps.length / columns);
  const head = heading(words, LEFT);
  const body = Array.from({ length: lines }, (_, line) => {
    const top = head.height + line * LINE;
    const cells = steps
      .slice(line * columns, (line + 1) * columns)
      .map((step, column) => cell(step, from, LEFT + LABELS + column * width, top, width));
    const end = LEFT + LABELS + cells.length * width;
    const y = top + ROWS.bars;
    const full = tag('line', {
      x1: LEFT + LABELS,
      y1: y,
      x2: end,
      y2: y,
      stroke: RULE,
      'stroke-dasharray': '2 3',
    });
    return rowLabels(top) + full + cells.join('');
  }).join('');
  const foot = caption(words, LEFT, head.height + lines * LINE + 12, CAPTION);
  const summary =
    steps.length <= 40 ? steps.map((step) => stepWords(step, from)).join('. ') : `${steps.length} symbols.`;
  return picture(
    WIDTH,
    head.height + lines * LINE + 12 + foot.height,
    words,
    summary,
    head.svg + body + foot.svg,
  );
}
