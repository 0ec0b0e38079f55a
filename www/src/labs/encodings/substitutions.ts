/** The two ways to put a spike time in the place of a position, kept apart. */

import { html, type TemplateResult } from 'lit';
import { wholeText } from '../../figure/axis';
import type { Figure, Line } from '../../figure/figure';
import { numbers, written, type Table } from '../../figure/table';
import { count } from '../../ui/format';
import { figureText } from '../../ui/text';
import { mark } from '../../ui/palette';
import type { Phase } from '../../engine/types';
import { turns } from '../../figure/inks';
import { precise } from '../../figure/print';

type Pair = Phase['pairs'][number];

export interface Form {
  id: 'amplitude' | 'inside';
  title: string;
  formula: string;
  figure: Figure;
  sentence: TemplateResult;
  now: [number, number];
}

const EDGE = 1.08;

interface Curves {
  id: Form['id'];
  title: string;
  formula: string;
  what: string;
  most: number;
  /** [sine, cosine] at a position. */
  of: (position: number) => [number, number];
  behind?: (position: number) => [number, number];
}

/** Curves of a pair over all positions. */
function curves(phase: Phase, pair: Pair, { id, title, formula, what, most, of, behind }: Curves): Figure {
  const { length, position, window } = phase;
  const steps = Array.from({ length }, (_, p) => p);
  const points = steps.map(of);
  const ghosts = behind ? steps.map(behind) : [];
  const line = (
    id: string,
    label: string,
    place: 0 | 1,
    values: [number, number][],
    earlier: boolean,
  ): Line => ({
    kind: 'line',
    id,
    label,
    mark: mark(place + 1),
    x: steps,
    y: values.map((value) => value[place]),
    earlier,
  });
  const read = (p: number) =>
    `Position ${p}: sine ${figureText(points[p]?.[0])}, cosine ${figureText(points[p]?.[1])}`;
  return {
    name: `substitution-${id}`,
    title,
    note: `Pair ${pair.index}, L = ${length}, T = ${figureText(window)}: ${formula}`,
    summary: `${what}, over positions 0 to ${length - 1}. ${read(position)}.`,
    empty: '',
    panels: [
      {
        x: { title: 'Position p', range: [0, Math.max(1, length - 1)], format: wholeText },
        y: { title: 'Entry', range: [-EDGE * most, EDGE * most] },
        marks: [
          { kind: 'rule', axis: 'y', at: 0 },
          { kind: 'rule', axis: 'x', at: position, label: 'position' },
          line('sine', 'sine', 0, points, false),
          line('cosine', 'cosine', 1, points, false),
          ...(behind
            ? [
                line('pe-sine', 'sin ωp, for comparison', 0, ghosts, true),
                line('pe-cosine', 'cos ωp', 1, ghosts, true),
              ]
            : []),
        ],
      },
    ],
    reading: { by: 'x', x: steps, words: read },
    tables: [
      {
        title,
        rows: length,
        file: `substitution-${id}`,
        columns: [
          numbers('position', 'Position', steps, count),
          numbers(
            'sine',
            'Sine',
            points.map(([sine]) => sine),
            figureText,
          ),
          numbers(
            'cosine',
            'Cosine',
            points.map(([, cosine]) => cosine),
            figureText,
          ),
        ],
      },
    ],
  };
}

export function substitutions(phase: Phase, pair: Pair): Form[] {
  const { length, window } = phase;
  const scale = window / length;
  const { frequency, index } = pair;
  const plain = (p: number): [number, number] => [Math.sin(frequency * p), Math.cos(frequency * p)];
  const amplitude = (p: number): [number, number] => {
    const [sine, cosine] = plain(p);
    return [scale * sine, scale * cosine];
  };
  const inside = (p: number): [number, number] => plain(p * scale);
  const whole = turns(frequency * (length - 1));
  const left = turns(frequency * scale * (length - 1));
  const form = (drawn: Curves) => ({
    id: drawn.id,
    title: drawn.title,
    formula: drawn.formula,
    figure: curves(phase, pair, drawn),
  });
  return [
    {
      ...form({
        id: 'amplitude',
        title: 'Spike time as amplitude',
        formula: '(T∕L) · [sin ωp, cos ωp]',
        what: `Amplitude form of pair ${index}`,
        most: scale,
        of: amplitude,
      }),
      sentence: html`This is the mapping of Lemma 1: every entry is T∕L = ${precise(scale)} times that of
      PE(p), so the shape stays, and every dot product of two positions is (T∕L)² = ${precise(scale * scale)}
      times what it was.`,
      now: pair.amplitude,
    },
    {
      ...form({
        id: 'inside',
        title: 'Spike time inside the sine',
        formula: '[sin ωt, cos ωt] with t = (T∕L) p',
        what: `Pair ${index} with the spike time inside`,
        most: 1,
        of: inside,
        behind: plain,
      }),
      sentence: html`This is frequency compression, which the lemma does not cover: from the first position to
      the last the pair turns ${precise(left)} times instead of ${precise(whole)} times
      (pale)${scale < 1 ? ', so that neighbours almost coincide' : scale > 1 ? ', so that positions alias' : ''}.`,
      now: pair.inside,
    },
  ];
}

/** One pair's entries at the present position, under the encoding itself and both substitutions. */
export function entriesTable(phase: Phase, pair: Pair, forms: Form[]): Table {
  const rows = [
    { title: 'Sinusoidal', formula: '[sin ωp, cos ωp]', now: pair.sinusoidal },
    ...forms.map(({ title, formula, now }) => ({ title, formula, now })),
  ];
  const entry = (at: 0 | 1) => (row: number) => precise(rows[row]?.now[at] ?? NaN);
  return {
    title: `Pair ${pair.index} at position ${phase.position}`,
    note: `ω = ${precise(pair.frequency)}, φ = ωp = ${precise(pair.phase)}, t = ${precise(phase.spikeTime)}`,
    testId: 'substitutions',
    rows: rows.length,
    columns: [
      written(
        'form',
        'Form',
        (row) => html`${rows[row]?.title} <span class="formula">${rows[row]?.formula}</span>`,
        true,
      ),
      written('sine', 'Sine', entry(0)),
      written('cosine', 'Cosine', entry(1)),
    ],
  };
}
