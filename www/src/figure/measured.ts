/** Measures in the words of charts and tables. */

import type { Source } from '../engine/record';
import type { Measure } from '../engine/types';
import { amount, percent } from '../ui/format';
import type { Rule } from './figure';
import { figureText } from '../ui/text';

export const evaluated = (measures: Measure[]) => measures.filter(({ phase }) => phase === 'evaluation');

/** The measure of the training batches in place of one of what was held out, where there is one and it is wanted. */
export function measureOf(measure: Measure, source: Source, measures: Measure[]): Measure {
  const own = measures.find(({ id, phase }) => phase === 'training' && id === measure.id);
  return source === 'training' && own ? own : measure;
}

/** Whether a logarithmic axis says more than a linear one: what falls towards zero. */
export const logs = ({ kind, better }: Measure) => kind === 'amount' && better === 'lower';

/** Digits alone. */
export function valueText({ kind }: Measure, value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (kind === 'share') return percent(value);
  if (kind === 'amount') return amount(value);
  return kind === 'count'
    ? value.toLocaleString('en', { maximumFractionDigits: 2, signDisplay: 'negative' })
    : figureText(value);
}

/** Numbers that give a measure's its meaning. */
export const knownOf = ({ chance, levels = [] }: Measure) => [
  ...(chance === undefined ? [] : [{ at: chance, label: 'guessing' }]),
  ...levels,
];

/** They as lines across its figure. */
export const rulesOf = (measure: Measure): Rule[] =>
  knownOf(measure).map(({ at, label }) => ({
    kind: 'rule',
    axis: 'y',
    at,
    label: `${label}, ${unitText(measure, at)}`,
  }));

/** What stands behind a value: "bits" of "bits per token". */
export const shortUnit = ({ kind, unit }: Measure) =>
  kind === 'share' ? '%' : (unit.split(' per ')[0] ?? '');

export function unitText(measure: Measure, value: number | null | undefined): string {
  return `${valueText(measure, value)} ${shortUnit(measure)}`.trim();
}

/** "bits per token, lower is better". Of a share that more is better goes without saying. */
export function unitOf({ kind, unit, better }: Measure): string {
  const said = better === 'lower' || (better === 'higher' && kind !== 'share');
  const parts = [kind === 'share' ? `% ${unit}`.trim() : unit, said ? `${better} is better` : ''];
  return parts.filter(Boolean).join(', ');
}

/** As the title of an axis. */
export function axisTitle({ kind, label, unit }: Measure): string {
  const behind = kind === 'share' ? '%' : unit;
  return behind ? `${label} (${behind})` : label;
}

/** Beside the short name at the head of a column: "% right" of "Tokens", which are "Tokens right". */
export function headUnit(measure: Measure): string {
  const { label, short } = measure;
  const at = label.toLowerCase().lastIndexOf(short.toLowerCase());
  const rest = measure.kind === 'share' && at >= 0 ? label.slice(at + short.length) : '';
  return `${shortUnit(measure)}${rest}`;
}

/** "99 %". */
export function thresholdText(measure: Measure): string {
  const { kind, threshold = NaN, better } = measure;
  const value = Number((kind === 'share' ? threshold * 100 : threshold).toPrecision(6));
  const unit = shortUnit(measure);
  return `${value}${unit && `\u00a0${unit}`}${better === 'lower' ? ' or less' : ''}`;
}
