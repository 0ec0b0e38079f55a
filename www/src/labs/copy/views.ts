/** What an inspection says, in the form that the panels show. */

import type { Inspection } from '../../engine/types';
import type { Figure } from '../../figure/figure';
import { matrixFigure } from '../../figure/matrix';
import { figureText } from '../../ui/text';

/** What the model says at one judged position. */
export interface Reading {
  position: number;
  input: string;
  truth: string;
  predicted: string;
  right: boolean;
  /** Probability of the prediction. */
  probability: number;
  /** Probability of the truth. */
  ofTruth: number;
  /** The most probable symbols, greatest first. */
  top: { name: string; probability: number }[];
}

const TOP = 3;

const nameOf = (inspection: Inspection, token: number) => inspection.names[token] ?? String(token);

export function readings(inspection: Inspection): Reading[] {
  const { length, vocabulary, firstJudged, probabilities, targets, tokens } = inspection;
  const found: Reading[] = [];
  for (let position = firstJudged; position < length; position++) {
    const target = targets[position] ?? -1;
    if (target < 0) continue;
    const start = (position - firstJudged) * vocabulary;
    const row = Array.from({ length: vocabulary }, (_, token) => probabilities[start + token] ?? NaN);
    // A stable sort: of equals the first wins, as in the engine.
    const order = row.map((_, token) => token).sort((a, b) => (row[b] ?? 0) - (row[a] ?? 0));
    const best = order[0] ?? 0;
    found.push({
      position,
      input: nameOf(inspection, tokens[position] ?? -1),
      truth: nameOf(inspection, target),
      predicted: nameOf(inspection, best),
      right: best === target,
      probability: row[best] ?? NaN,
      ofTruth: row[target] ?? NaN,
      top: order
        .slice(0, TOP)
        .map((token) => ({ name: nameOf(inspection, token), probability: row[token] ?? NaN })),
    });
  }
  return found;
}

/** The symbols that the reader may type, and how many of them a probe has. */
export function source(inspection: Inspection): { count: number; symbols: string[]; text: string } {
  const separator = inspection.names.indexOf('SEP');
  const end = separator < 0 ? -1 : inspection.tokens.indexOf(separator);
  const count = end < 0 ? inspection.length : end;
  return {
    count,
    symbols: inspection.names.filter((_, token) => token !== separator),
    text: inspection.tokens
      .slice(0, count)
      .map((token) => nameOf(inspection, token))
      .join(' '),
  };
}

/** "7 SEP": a position and the token that stands there. */
function labels(inspection: Inspection): string[] {
  return inspection.tokens.map((token, position) => `${position} · ${nameOf(inspection, token)}`);
}

export function attentionValues(inspection: Inspection, layer: number, head: number): Float32Array {
  const cells = inspection.length * inspection.length;
  const start = (layer * inspection.heads + head) * cells;
  return inspection.attention.subarray(start, start + cells);
}

export function attentionMap(
  inspection: Inspection,
  layer: number,
  head: number,
  stretched: boolean,
  note: string,
): Figure {
  const values = attentionValues(inspection, layer, head);
  const names = labels(inspection);
  const { row, column, value } = greatest(values, inspection.length);
  const judged = judgedGreatest(inspection, values);
  return matrixFigure({
    name: `attention-${layer + 1}-${head + 1}`,
    title: `Attention, layer ${layer + 1}, head ${head + 1}`,
    note,
    rows: { title: 'query', names },
    columns: { title: 'key', names },
    values,
    range: [0, stretched ? judged : 1],
    scale: 'sequential',
    unit: 'attention weight',
    masked: inspection.masked,
    summary: [
      `Attention weights of layer ${layer + 1}, head ${head + 1},`,
      `${inspection.length} query positions by ${inspection.length} key positions.`,
      `The greatest is ${figureText(value)}, query ${names[row] ?? ''}, key ${names[column] ?? ''}.`,
      'The table below has every number.',
    ].join(' '),
  });
}

/**
 * The greatest weight in the rows that are judged. Under a causal mask the first row is always a single 1, so the
 * greatest of all would say nothing.
 */
export function judgedGreatest({ firstJudged, length }: Inspection, values: Float32Array): number {
  const rows = values.subarray(firstJudged * length);
  return rows.reduce((most, weight) => Math.max(most, weight), 0) || 1;
}

export function similarityMap(inspection: Inspection, note: string): Figure | null {
  const { similarity: values, length } = inspection;
  if (!values) return null;
  const most = values.reduce((found, value) => Math.max(found, Math.abs(value)), 0) || 1;
  const names = Array.from({ length }, (_, position) => String(position));
  const { row, column, value } = greatest(values, length);
  return matrixFigure({
    name: 'similarity',
    title: 'Similarity of positions',
    note,
    rows: { title: 'position', names },
    columns: { title: 'position', names },
    values,
    range: [-most, most],
    scale: 'diverging',
    unit: '',
    summary: [
      `Similarity of ${length} positions with each other.`,
      `The greatest is ${figureText(value)}, of positions ${row} and ${column}.`,
      'The table below has every number.',
    ].join(' '),
  });
}

function greatest(values: Float32Array, columns: number): { row: number; column: number; value: number } {
  let place = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] ?? 0) > (values[place] ?? 0)) place = i;
  return { row: Math.floor(place / columns), column: place % columns, value: values[place] ?? NaN };
}
