/** The figures of "Attention approximates SDM": Hamming balls beside softmax, and both as retrieval. */

import { roomy, tick, tickText, wholeText } from '../../figure/axis';
import type { Figure } from '../../figure/figure';
import { precise } from '../../figure/print';
import { leftToRight } from '../../figure/reading';
import { numbers, type Column } from '../../figure/table';
import { count, plural } from '../../ui/format';
import { mark } from '../../ui/palette';
import type { Ball } from '../../engine/types';
import { valueText } from './spread';

/** β to three digits. */
export function betaText(beta: number): string {
  return Number.isFinite(beta) ? String(Number(beta.toPrecision(3))).replace('-', '−') : 'no value';
}

/** R² to three decimals; one that is not quite 1 does not read as 1. */
export function squareText(rSquared: number): string {
  if (!Number.isFinite(rSquared)) return 'no value';
  return rSquared < 1 && rSquared.toFixed(3) === '1.000' ? '0.999…' : rSquared.toFixed(3);
}

/**
 * The intersection against the cosine on a logarithmic axis. Drawn as log₁₀ of the share against cosine − 1 on linear axes,
 * so that softmax, exp(β (cosine − 1)), is a line through the origin.
 */
export function ballFigure(ball: Ball, csv: () => Promise<string>): Figure {
  // A logarithm has no place for balls that share nothing.
  const points = ball.points.filter(({ intersection }) => intersection > 0);
  const x = points.map(({ cosine }) => cosine - 1);
  const y = points.map(({ intersection }) => Math.log10(intersection));
  const beta = betaText(ball.beta);
  const slope = ball.beta / Math.LN10;
  const ends = roomy(x);
  const last = points.at(-1);
  const none = ball.points.length - points.length;
  return {
    name: 'sequence-ball',
    title: 'Hamming balls and softmax',
    note: `n = ${ball.bits}, r = ${ball.radius}: β = ${beta}, R² = ${squareText(ball.rSquared)} over distances 0 to ${ball.fittedTo}`,
    summary:
      `Share of the intersection of two Hamming balls of radius ${ball.radius} in ${ball.bits} bits, against the cosine of their centres, ` +
      `on a logarithmic axis: 1 at cosine 1, ${precise(last?.intersection ?? NaN)} at cosine ${precise(last?.cosine ?? NaN)}. ` +
      `Softmax with β = ${beta} is a straight line. R² = ${squareText(ball.rSquared)} over distances 0 to ${ball.fittedTo}. The table below has every number.`,
    empty: 'The balls share nothing at any distance.',
    panels: [
      {
        x: {
          title: 'Cosine of query and memory',
          range: ends,
          format: (value) => tickText(Number((value + 1).toFixed(6))),
        },
        y: {
          title: 'Weight, cosine 1 counts 1 (log)',
          range: roomy(y),
          format: (value) => tick(Number((10 ** value).toPrecision(2))),
        },
        marks: [
          {
            kind: 'dot',
            x,
            y,
            groups: [
              {
                label: `balls, fitted (distance 0 to ${ball.fittedTo})`,
                colour: '--series-1',
                shape: 'circle',
              },
              { label: 'balls, beyond the fit', colour: '--series-2', shape: 'diamond' },
            ],
            groupOf: points.map(({ fitted }) => (fitted ? 0 : 1)),
            size: points.length > 150 ? 2.2 : 3.2,
            opacity: 0.9,
          },
          {
            kind: 'link',
            id: 'softmax',
            label: `softmax, exp(β (cosine − 1)), β = ${beta}`,
            x1: [ends[0]],
            y1: [ends[0] * slope],
            x2: [ends[1]],
            y2: [ends[1] * slope],
            style: () => ({ colour: '--ink', dash: [6, 4] }),
          },
        ],
      },
    ],
    reading: {
      by: 'point',
      x,
      y,
      rows: [leftToRight(x, y)],
      words: (place) => {
        const point = points[place];
        if (!point) return '';
        return (
          `Distance ${point.distance}, cosine ${precise(point.cosine)}: balls ${precise(point.intersection)}, ` +
          `softmax ${precise(point.softmax)}${point.fitted ? '' : '; not fitted'}`
        );
      },
    },
    tables: [
      {
        title: `Weights at n = ${ball.bits}, r = ${ball.radius}, β = ${precise(ball.beta)}`,
        note: none
          ? `At the ${plural(none, 'greatest distance', 'greatest distances')} the balls share nothing. A logarithmic axis has no place for that.`
          : '',
        rows: ball.points.length,
        file: 'sequence-ball',
        csv,
        columns: pointColumns(ball),
      },
    ],
  };
}

function pointColumns({ points }: Ball): Column[] {
  const column = (name: 'distance' | 'cosine' | 'intersection' | 'softmax', label: string) =>
    numbers(
      name,
      label,
      points.map((point) => point[name]),
      name === 'distance' ? count : precise,
    );
  return [
    column('distance', 'Distance (bits)'),
    column('cosine', 'Cosine'),
    column('intersection', 'Balls'),
    column('softmax', 'Softmax'),
    numbers(
      'fitted',
      'Fitted',
      points.map(({ fitted }) => (fitted ? 1 : 0)),
      (value) => (value ? 'yes' : 'no'),
    ),
  ];
}

/** Shares of queries, a line each, by the noise of the query. */
const SHARES = [
  { id: 'sdm', label: 'Hamming balls right', place: 1 },
  { id: 'attention', label: 'Attention right', place: 2 },
  { id: 'agree', label: 'Both recall the same', place: 5 },
] as const;

export function retrievalFigure({ retrieval, bits, radius }: Ball): Figure {
  const { rows, memories } = retrieval;
  const x = rows.map(({ noise }) => noise);
  const read = (point: number) => {
    const row = rows[point];
    if (!row) return '';
    const shares = SHARES.map(({ id, label }) => `${label.toLowerCase()} ${valueText(row[id], 'share')}`);
    return `${plural(row.noise, 'wrong bit')}: ${shares.join(', ')}; cosine of the two ${precise(row.cosine)}`;
  };
  const queries = rows[0]?.queries ?? 0;
  return {
    name: 'sequence-retrieval',
    title: 'Both as retrieval',
    note: `n = ${bits}, r = ${radius}, ${plural(memories, 'memory', 'memories')}, ${plural(queries, 'query', 'queries')} each`,
    summary: `Retrieval among ${plural(memories, 'memory', 'memories')} by wrong bits of the query. ${rows.map((_, point) => read(point)).join('. ')}.`,
    empty: 'No query.',
    panels: [
      {
        x: {
          title: 'Wrong bits of the query',
          range: [0, Math.max(1, x.at(-1) ?? 1) * 1.03],
          format: wholeText,
        },
        y: {
          title: 'Queries (%)',
          range: [0, 1.02],
          format: (value) => String(Number((value * 100).toPrecision(3))),
        },
        marks: SHARES.map(({ id, label, place }) => ({
          kind: 'line',
          id,
          label,
          mark: mark(place),
          x,
          y: rows.map((row) => row[id]),
        })),
      },
    ],
    reading: { by: 'x', x, words: read },
    tables: [
      {
        title: 'Both as retrieval',
        rows: rows.length,
        file: 'sequence-retrieval',
        columns: retrievalColumns(rows),
      },
    ],
  };
}

function retrievalColumns(rows: Ball['retrieval']['rows']): Column[] {
  const share = (value: number) => valueText(value, 'share');
  return [
    numbers(
      'wrong_bits',
      'Wrong bits',
      rows.map(({ noise }) => noise),
      count,
    ),
    numbers(
      'queries',
      'Queries',
      rows.map(({ queries }) => queries),
      count,
    ),
    numbers(
      'balls_right',
      'Balls right',
      rows.map(({ sdm }) => sdm),
      share,
    ),
    numbers(
      'attention_right',
      'Attention right',
      rows.map(({ attention }) => attention),
      share,
    ),
    numbers(
      'agree',
      'Same memory',
      rows.map(({ agree }) => agree),
      share,
    ),
    numbers(
      'cosine',
      'Cosine',
      rows.map(({ cosine }) => cosine),
      precise,
    ),
  ];
}
