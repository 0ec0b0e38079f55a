/** The figures of "Attention approximates SDM": Hamming balls beside softmax, and both as retrieval. */

import { tickText, type Column } from '../../figure/charted';
import { precise, tick } from '../../figure/print';
import { rangeOf, type Scatter } from '../../figure/scatter';
import type { Figure, Line } from '../../figure/figure';
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
export function ballScatter(ball: Ball): Scatter {
  // A logarithm has no place for balls that share nothing.
  const points = ball.points.filter(({ intersection }) => intersection > 0);
  const xs = points.map(({ cosine }) => cosine - 1);
  const ys = points.map(({ intersection }) => Math.log10(intersection));
  const beta = betaText(ball.beta);
  const last = points.at(-1);
  return {
    title: 'Hamming balls and softmax',
    summary:
      `Share of the intersection of two Hamming balls of radius ${ball.radius} in ${ball.bits} bits, against the cosine of their centres, ` +
      `on a logarithmic axis: 1 at cosine 1, ${precise(last?.intersection ?? NaN)} at cosine ${precise(last?.cosine ?? NaN)}. ` +
      `Softmax with β = ${beta} is a straight line. R² = ${squareText(ball.rSquared)} over distances 0 to ${ball.fittedTo}. The table below has every number.`,
    empty: 'The balls share nothing at any distance.',
    x: {
      title: 'Cosine of query and memory',
      log: false,
      range: rangeOf(xs),
      format: (value) => tickText(Number((value + 1).toFixed(6))),
    },
    y: {
      title: 'Weight, cosine 1 counts 1 (log)',
      log: false,
      range: rangeOf(ys),
      format: (value) => tick(Number((10 ** value).toPrecision(2))),
    },
    xs,
    ys,
    groups: [
      { label: `balls, fitted (distance 0 to ${ball.fittedTo})`, colour: '--series-1', shape: 'circle' },
      { label: 'balls, beyond the fit', colour: '--series-2', shape: 'diamond' },
    ],
    groupOf: points.map(({ fitted }) => (fitted ? 0 : 1)),
    size: points.length > 150 ? 2.2 : 3.2,
    opacity: 0.9,
    lines: [
      { slope: ball.beta / Math.LN10, label: `softmax, exp(β (cosine − 1)), β = ${beta}`, dash: [6, 4] },
    ],
    above: null,
    stems: [],
    read: (place) => {
      const point = points[place];
      if (!point) return '';
      return (
        `Distance ${point.distance}, cosine ${precise(point.cosine)}: balls ${precise(point.intersection)}, ` +
        `softmax ${precise(point.softmax)}${point.fitted ? '' : '; not fitted'}`
      );
    },
  };
}

const text = (value: number | null | undefined) =>
  value === null || value === undefined ? '–' : precise(value);

export function pointColumns({ points }: Ball): Column[] {
  return [
    {
      name: 'distance',
      label: 'Distance (bits)',
      values: points.map(({ distance }) => distance),
      text: (value) => count(value ?? 0),
    },
    { name: 'cosine', label: 'Cosine', values: points.map(({ cosine }) => cosine), text },
    {
      name: 'intersection',
      label: 'Balls',
      values: points.map(({ intersection }) => intersection),
      text,
    },
    { name: 'softmax', label: 'Softmax', values: points.map(({ softmax }) => softmax), text },
    {
      name: 'fitted',
      label: 'Fitted',
      values: points.map(({ fitted }) => (fitted ? 1 : 0)),
      text: (value) => (value ? 'yes' : 'no'),
    },
  ];
}

/** Shares of queries, a line each, by the noise of the query. */
const SHARES = [
  { id: 'sdm', label: 'Hamming balls right', place: 1 },
  { id: 'attention', label: 'Attention right', place: 2 },
  { id: 'agree', label: 'Both recall the same', place: 5 },
] as const;

export function retrievalFigure({ retrieval }: Ball): Figure {
  const { rows, memories } = retrieval;
  const steps = rows.map(({ noise }) => noise);
  const lines = SHARES.map(({ id, label, place }): Line => {
    const mean = rows.map((row) => row[id]);
    return { id, label, mark: mark(place), shown: true, mean, min: mean, max: mean, earlier: false };
  });
  const read = (point: number) => {
    const row = rows[point];
    if (!row) return '';
    const shares = SHARES.map(({ id, label }) => `${label.toLowerCase()} ${valueText(row[id], 'share')}`);
    return `${plural(row.noise, 'wrong bit')}: ${shares.join(', ')}; cosine of the two ${precise(row.cosine)}`;
  };
  const last = steps.at(-1) ?? 1;
  return {
    steps,
    lines,
    range: [0, 1.02],
    log: false,
    reference: null,
    format: (value) => String(Number((value * 100).toPrecision(3))),
    summary: `Retrieval among ${plural(memories, 'memory', 'memories')} by wrong bits of the query. ${steps.map((_, point) => read(point)).join('. ')}.`,
    empty: 'No query.',
    axis: { range: [0, Math.max(1, last) * 1.03] },
    read,
  };
}

export function retrievalColumns({ retrieval: { rows } }: Ball): Column[] {
  const share = (value: number | null | undefined) => valueText(value, 'share');
  const whole = (value: number | null | undefined) => count(value ?? 0);
  return [
    { name: 'wrong_bits', label: 'Wrong bits', values: rows.map(({ noise }) => noise), text: whole },
    { name: 'queries', label: 'Queries', values: rows.map(({ queries }) => queries), text: whole },
    { name: 'balls_right', label: 'Balls right', values: rows.map(({ sdm }) => sdm), text: share },
    {
      name: 'attention_right',
      label: 'Attention right',
      values: rows.map(({ attention }) => attention),
      text: share,
    },
    { name: 'agree', label: 'Same memory', values: rows.map(({ agree }) => agree), text: share },
    { name: 'cosine', label: 'Cosine', values: rows.map(({ cosine }) => cosine), text },
  ];
}
