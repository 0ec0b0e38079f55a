/** The five operations of both machines as one figure: two rows, five columns. */

import type { Figure } from '../../figure/figure';
import { paperColour } from '../../figure/paper';
import { panelsSvg } from '../../figure/plot';
import { caption, heading, MUTED, picture, tag, text, type Words } from '../../figure/svg';
import type { Operations, SimilarityView, StageView } from '../../engine/types';
import { leftOut, mostBars, similarFigure } from './similar';
import { stripFigure, stripWords } from './strip';
import { spoken } from './symbols';
import { block, type Block } from './wrap';

const COLUMN = 236;
const GAP = 18;
const MARGIN = 16;
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
  for (const vector of view.vectors)
    add(captioned(stripFigure(vector), vector.label, stripWords(vector), x, y), 8);
  for (const similarity of view.similarities) add(bars(similarity, mostBars(view), x, y), 8);
  return { svg: parts.join(''), height: y - top };
}

/** A drawing between its name and what is said of it. */
function captioned(figure: Figure, named: string, said: string, x: number, top: number): Block {
  const name = block(x, top, COLUMN, named, 10);
  const drawing = panelsSvg(figure, COLUMN);
  const at = top + name.height + 2;
  const words = block(x, at + drawing.height + 1, COLUMN, said, 9, { fill: MUTED });
  return {
    svg: name.svg + tag('g', { transform: `translate(${x} ${at})` }, drawing.svg) + words.svg,
    height: name.height + 3 + drawing.height + words.height,
  };
}

function bars(view: SimilarityView, most: number, x: number, top: number): Block {
  return view.items.length
    ? captioned(similarFigure(view, most), `${view.label}, ${view.unit}`, leftOut(view, most), x, top)
    : block(x, top, COLUMN, `${view.label}: there is nothing to compare with yet.`, 9, { fill: MUTED });
}
