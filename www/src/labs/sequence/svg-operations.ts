/** The five operations of both machines as one figure: two rows, five columns. */

import { ON_PAPER } from '../../figure/inks';
import { figureText } from '../../ui/text';
import { paperColour } from '../../figure/paper';
import { caption, heading, INK, MUTED, picture, tag, text, widthOf, type Words } from '../../figure/svg';
import type { Operations, SimilarityView, StageView, VectorView } from '../../engine/types';
import { barScaleOf, drawnItems, leftOut, mostBars } from './similar';
import { STRIP_HEIGHT, stripSvg, stripWords } from './strip';
import { symbolText, spoken } from './symbols';
import { block, type Block } from './wrap';

const COLUMN = 236;
const GAP = 18;
const MARGIN = 16;
const BAR_ROW = 13;
/** Bold letters of size 9 are about as wide as plain ones of this size. */
const BAR_LABEL = 9.6;
const MACHINES = [
  { id: 'machine', label: 'Sequence machine', colour: '--series-1' },
  { id: 'transformer', label: 'Transformer', colour: '--series-2' },
] as const;

export function operationsSvg(operations: Operations, predictions: string[], words: Words): string {
  const { stages } = operations;
  const head = heading(words, MARGIN);
  const columns = Math.max(1, stages.length);
  const width = 2 * MARGIN + columns * COLUMN + (columns - 1) * GAP;
  const left = (column: number) => MARGIN + column * (COLUMN + GAP);
  let y = head.height + 4;

  const lines = predictions.map((line, i) => text(MARGIN, y + 12 + i * 15, line, { class: 'prediction' }));
  y += predictions.length * 15 + 12;

  const titles = stages.map((stage, i) => {
    const title = text(left(i), y + 13, `${i + 1}  ${stage.label}`, {
      'font-size': 13,
      'font-weight': 'bold',
    });
    const mapping = block(left(i), y + 20, COLUMN, stage.mapping, 9, { fill: MUTED });
    return { svg: title + mapping.svg, height: 20 + mapping.height };
  });
  y += tallest(titles) + 12;

  const rows = MACHINES.map(({ id, label, colour }) => {
    const top = y;
    const name =
      tag('line', {
        x1: MARGIN,
        y1: top,
        x2: width - MARGIN,
        y2: top,
        stroke: paperColour(colour),
        'stroke-width': 2,
      }) + text(MARGIN, top + 17, label, { 'font-size': 12, 'font-weight': 'bold' });
    const cells = stages.map((stage, i) => cell(stage[id], left(i), top + 26));
    y = top + 26 + tallest(cells) + 18;
    return tag('g', { class: id }, name + cells.map(({ svg }) => svg).join(''));
  });

  const training = block(MARGIN, y - 4, width - 2 * MARGIN, operations.training, 10, { fill: MUTED });
  y += training.height + 14;
  const foot = caption(words, MARGIN, y, width - 2 * MARGIN);
  const summary = `Both machines at symbol ${operations.at + 1} of ${operations.length}, ${spoken(operations.symbol)}. ${predictions.join(' ')}`;
  return picture(
    width,
    y + foot.height,
    words,
    summary,
    head.svg +
      lines.join('') +
      titles.map(({ svg }) => svg).join('') +
      rows.join('') +
      training.svg +
      foot.svg,
  );
}

const tallest = (blocks: Block[]) => Math.max(0, ...blocks.map(({ height }) => height));

function cell(view: StageView, x: number, top: number): Block {
  let y = top;
  const parts: string[] = [];
  const add = ({ svg, height }: Block, room = 6) => {
    parts.push(svg);
    y += height + room;
  };
  add(block(x, y, COLUMN, view.sentence, 10));
  add(block(x, y, COLUMN, view.formula, 9, { fill: MUTED, class: 'formula' }), 8);
  for (const vector of view.vectors) add(strip(vector, x, y), 8);
  for (const similarity of view.similarities) add(bars(similarity, mostBars(view), x, y), 8);
  return { svg: parts.join(''), height: y - top };
}

function strip(view: VectorView, x: number, top: number): Block {
  const name = block(x, top, COLUMN, view.label, 10, { class: 'vector' });
  const at = top + name.height + 2;
  const drawing = tag(
    'g',
    { transform: `translate(${x} ${at})`, class: view.kind },
    stripSvg(view, COLUMN, ON_PAPER),
  );
  const said = block(x, at + STRIP_HEIGHT + 1, COLUMN, stripWords(view), 9, { fill: MUTED });
  return { svg: name.svg + drawing + said.svg, height: name.height + 3 + STRIP_HEIGHT + said.height };
}

function bars(view: SimilarityView, most: number, x: number, top: number): Block {
  if (!view.items.length) {
    return block(x, top, COLUMN, `${view.label}: there is nothing to compare with yet.`, 9, { fill: MUTED });
  }
  const items = drawnItems(view, most);
  const scale = barScaleOf(items);
  const name = block(x, top, COLUMN, `${view.label}, ${view.unit}`, 10);
  const labels = Math.min(124, Math.max(24, ...items.map(({ label }) => widthOf(label, BAR_LABEL) + 18)));
  const numbers = 40;
  const at = (share: number) => x + labels + share * (COLUMN - labels - numbers - 6);
  const first = top + name.height + 2;
  const rows = items.map(({ label, value, chosen }, i) => {
    const y = first + i * BAR_ROW;
    const [from, to] = [at(scale.zero), at(scale.of(value))].sort((a, b) => a - b) as [number, number];
    return tag(
      'g',
      { class: chosen ? 'item chosen' : 'item' },
      (chosen ? tag('circle', { cx: x + 3.5, cy: y + 5.5, r: 2.6, fill: paperColour('--series-2') }) : '') +
        text(x + 10, y + 9, shortened(symbolText(label), labels - 14, BAR_LABEL), {
          'font-size': 9,
          'font-weight': chosen ? 'bold' : undefined,
        }) +
        tag('rect', {
          x: from,
          y: y + 1.5,
          width: Math.max(0.4, to - from),
          height: BAR_ROW - 5,
          fill: chosen ? paperColour('--series-1') : '#ffffff',
          stroke: paperColour('--series-1'),
          'stroke-width': 0.8,
        }) +
        text(x + COLUMN, y + 9, figureText(Number(value.toPrecision(3))), {
          'font-size': 9,
          'text-anchor': 'end',
          class: 'value',
        }),
    );
  });
  const axis = tag('line', {
    x1: at(scale.zero),
    y1: first,
    x2: at(scale.zero),
    y2: first + items.length * BAR_ROW,
    stroke: INK,
    'stroke-width': 0.8,
  });
  const left = block(x, first + items.length * BAR_ROW + 1, COLUMN, leftOut(view, most), 9, { fill: MUTED });
  return {
    svg: name.svg + rows.join('') + axis + left.svg,
    height: name.height + 3 + items.length * BAR_ROW + left.height,
  };
}

function shortened(label: string, width: number, size: number): string {
  if (widthOf(label, size) <= width) return label;
  return `${label.slice(0, Math.max(1, Math.floor(width / widthOf('n', size)) - 1))}…`;
}
