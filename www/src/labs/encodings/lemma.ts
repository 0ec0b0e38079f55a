/** Part `lemma`: Lemma 1, computed for the chosen length, width and window. */

import { html, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { count } from '../../ui/format';
import { verdictList } from '../../ui/verdicts';
import { figureText } from '../../ui/text';
import { entryOf } from '../../ui/series';
import type { EncodingsContext } from './context';
import type { Cloud, Lemma } from '../../engine/types';
import { field } from '../../ui/fields';
import { roomy, tick } from '../../figure/axis';
import type { Figure } from '../../figure/figure';
import { figureView } from '../../figure/lab-figure';
import { part } from '../../ui/part';
import { correlation, precise, saveButton } from '../../figure/print';
import { leftToRight } from '../../figure/reading';
import { numbers, tableView, written, type Table } from '../../figure/table';
import '../../ui/parts.css';
import { formula } from '../../ui/formula';

type Which = 'spikeTime' | 'compressed';

const SIDES: Which[] = ['spikeTime', 'compressed'];
/** The two encodings, as the settings name them. */
const ENCODINGS: Record<Which, { id: string; name: string; file: string }> = {
  spikeTime: { id: 'spike-time', name: 'Spike time', file: 'lemma-spike-time' },
  compressed: { id: 'compressed', name: 'Frequency-compressed', file: 'lemma-compressed' },
};

export const lemmaPart = part<EncodingsContext, Lemma>({
  tag: 'lab-lemma',
  id: 'lemma',
  title: 'Lemma 1, live',
  folded: true,
  says: ({ spikeTime, expected }) =>
    html`Slope ${precise(spikeTime.slope)}, where the lemma has ${precise(expected)}`,
  note: () => 'dot products of every pair of positions, under two encodings',
  intro: html`Used as an amplitude, the spike time of position ${formula('p')} in a window ${formula('T')}
  turns the sinusoidal encoding into ${formula('(T∕L)·PE(p)')}. Lemma 1 says: every dot product of two
  positions is then ${formula('(T∕L)²')} times what it was. So the points lie on a line through the origin,
  and nothing that depends on order or proportion changes.`,
  ask: ({ client }) => client.ask('lemma', {}),
  controls: ({ context }) =>
    html`<div class="fields" role="group" aria-label="Lemma 1 for">
      ${field('length', 'lemma', context, { label: 'Length L' })}
      ${field('width', 'lemma', context, { label: 'Width d' })}
      ${field('window', 'lemma', context, { label: 'Window T' })}
    </div>`,
  found: (lemma, { context }) => found(lemma, context),
  foot: limits,
});

function found(lemma: Lemma, context: EncodingsContext): TemplateResult {
  const note = `L = ${lemma.length}, d = ${lemma.width}, T = ${figureText(lemma.window)}`;
  return html`<div class="two">
      ${SIDES.map(
        (which) =>
          html`<section aria-labelledby="title-${ENCODINGS[which].file}">
            <h3 id="title-${ENCODINGS[which].file}">${ENCODINGS[which].name} against sinusoidal</h3>
            <p class="help">
              ${
                which === 'spikeTime'
                  ? html`The amplitude form. Expected: all on the line of slope ${formula('(T∕L)²')} =
                    ${precise(lemma.expected)}.`
                  : html`The spike time <em>inside</em> the sine. No line is promised, and there is none.`
              }
            </p>
            ${guard([lemma], () => figureView(figureOf(lemma, which, note, context), context.link))}
          </section>`,
      )}
    </div>
    ${guard([lemma], () => statistics(lemma, context))}
    <div class="verdicts">
      ${verdictList(lemma.verdicts, 'with these settings', null, 'lemma-verdicts')}
    </div>`;
}

function figureOf(lemma: Lemma, which: Which, note: string, context: EncodingsContext): Figure {
  const cloud = lemma[which];
  const { id, name, file } = ENCODINGS[which];
  const { x, y } = split(cloud);
  const line = which === 'spikeTime';
  const title = `${name} against sinusoidal`;
  const ends = roomy(x);
  const along = (value: number) => lemma.expected * value;
  return {
    name: file,
    title,
    note,
    summary:
      `Dot products of ${count(cloud.pairs)} pairs of positions: ${name} against sinusoidal. ` +
      `Slope ${precise(cloud.slope)}, Pearson ${correlation(cloud.pearson)}, Spearman ${correlation(cloud.spearman)}.`,
    empty: 'No pair of positions.',
    panels: [
      {
        x: { title: '⟨PE(p), PE(q)⟩, sinusoidal', range: ends, format: tick },
        y: {
          title: line ? '⟨STPE(p), STPE(q)⟩, spike time' : '⟨FC(p), FC(q)⟩, compressed',
          range: roomy(y),
          format: tick,
        },
        marks: [
          {
            kind: 'dot',
            x,
            y,
            groups: [{ label: name, colour: entryOf(context.properties, id).mark.colour, shape: 'circle' }],
            size: 2.5,
            opacity: 0.45,
          },
          ...(line
            ? [
                {
                  kind: 'link' as const,
                  id: 'expected',
                  label: `slope (T∕L)² = ${precise(lemma.expected)}`,
                  x1: [ends[0]],
                  y1: [along(ends[0])],
                  x2: [ends[1]],
                  y2: [along(ends[1])],
                  style: () => ({ colour: '--ink' }),
                },
              ]
            : []),
        ],
      },
    ],
    reading: {
      by: 'point',
      x,
      y,
      rows: [leftToRight(x, y)],
      words: (point) =>
        `Sinusoidal ${precise(x[point] ?? NaN)}, ${name.toLowerCase()} ${precise(y[point] ?? NaN)}` +
        (line ? `; on the line ${precise(along(x[point] ?? NaN))}` : ''),
    },
    tables: [
      {
        title,
        note: `${count(x.length)} of ${count(cloud.pairs)} pairs are drawn`,
        rows: x.length,
        file: `${file}-points`,
        columns: [numbers('sinusoidal', 'Sinusoidal', x, precise), numbers(id, name, y, precise)],
      },
    ],
  };
}

function statistics(lemma: Lemma, { client }: EncodingsContext): TemplateResult {
  const none = html`<span class="quiet">none</span>`;
  const rows: { id: string; label: string; note: string; of: (which: Which) => string | TemplateResult }[] = [
    { id: 'slope', label: 'Slope', note: 'through the origin', of: (which) => precise(lemma[which].slope) },
    {
      id: 'expected',
      label: 'Expected slope',
      note: '(T∕L)²',
      of: (which) => (which === 'spikeTime' ? precise(lemma.expected) : none),
    },
    { id: 'pearson', label: 'Pearson r', note: '', of: (which) => correlation(lemma[which].pearson) },
    { id: 'spearman', label: 'Spearman ρ', note: '', of: (which) => correlation(lemma[which].spearman) },
    {
      id: 'residual',
      label: 'Largest residual',
      note: 'from the expected line',
      of: (which) => (lemma[which].residual === null ? none : figureText(lemma[which].residual)),
    },
  ];
  const of = (row: number) => rows[row] as (typeof rows)[number];
  const table: Table = {
    title: `Against sinusoidal, ${count(lemma.spikeTime.pairs)} pairs`,
    note: `L = ${lemma.length}, d = ${lemma.width}, T = ${figureText(lemma.window)}`,
    testId: 'lemma-table',
    look: 'facts',
    rows: rows.length,
    data: (row) => ({ statistic: of(row).id }),
    columns: [
      written(
        'statistic',
        '',
        (row) => html`${of(row).label} <span class="quiet">${of(row).note}</span>`,
        true,
      ),
      ...SIDES.map((which) =>
        written(ENCODINGS[which].id, ENCODINGS[which].name, (row) => of(row).of(which)),
      ),
    ],
  };
  return html`${tableView(table)}
    <p class="take">
      ${saveButton('Table (CSV)', 'lemma.csv', () => client.ask('csv', { table: 'lemma' }))}
      ${saveButton('Points (CSV)', 'lemma-points.csv', () => client.ask('csv', { table: 'lemma-points' }))}
    </p>`;
}

function limits(): TemplateResult {
  return html`<div class="limits two">
    <div>
      <h3>What the lemma covers</h3>
      <p>
        Products of a position with a position, in the amplitude form:
        ${formula('⟨(T∕L) PE(p), (T∕L) PE(q)⟩ = (T∕L)² ⟨PE(p), PE(q)⟩')}, exactly, for every pair, length,
        width and window.
      </p>
    </div>
    <div>
      <h3>What it does not</h3>
      <p>
        Products of a position with a symbol's content, which scale with ${formula('T∕L')} only: see the next
        part. And the spike time put <em>inside</em> the sine, ${formula('sin(ω·(T∕L) p)')}: that compresses
        every frequency, which is another encoding.
      </p>
    </div>
  </div>`;
}

function split({ points }: Cloud): { x: Float32Array; y: Float32Array } {
  const x = new Float32Array(points.length / 2);
  const y = new Float32Array(points.length / 2);
  for (let i = 0; i < x.length; i++) {
    x[i] = points[2 * i] ?? NaN;
    y[i] = points[2 * i + 1] ?? NaN;
  }
  return { x, y };
}
