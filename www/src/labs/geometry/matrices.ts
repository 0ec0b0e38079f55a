/** Part `matrices`: every node against every other. */

import { html } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { figureView } from '../../figure/lab-figure';
import { matrixFigure } from '../../figure/matrix';
import { check, switchOf } from '../../ui/options';
import { part, type Asking } from '../../ui/part';
import '../../ui/parts.css';
import { runPicker } from '../../ui/run-picker';
import { figureText } from '../../ui/text';
import type { MatrixAnswer } from '../../engine/types';
import { isOpen, lookKey, type GeometryContext } from './context';

const NAMES = { cosine: 'Cosine', logits: 'Logits', adjacency: 'Edges', hops: 'Hops' } as const;
type Which = keyof typeof NAMES;
const OPTIONS = Object.entries(NAMES).map(([value, label]) => ({ value: value as Which, label }));

interface State {
  which: Which;
  /** Entries that are an odd number of hops apart change their sign. */
  flip: boolean;
}

/** The others are the graph's. */
const ofEmbedding = (which: Which) => which === 'cosine' || which === 'logits';
const lookedAt = lookKey('matrices');
const waits = (context: GeometryContext, { which }: State) => ofEmbedding(which) && !isOpen(context);

export const matricesPart = part<GeometryContext, MatrixAnswer, State>({
  tag: 'lab-matrices',
  id: 'matrices',
  title: 'Every node against every other',
  folded: true,
  note: () => '',
  intro: html`A map fades with the hops between two nodes. A zigzag gives neighbours opposite signs: with the
  odd hops flipped it looks like a map.`,
  state: () => ({ which: 'cosine', flip: false }),
  key: (context, state) => {
    const { settings, moment } = lookedAt(context);
    const { which, flip } = state;
    const key = { settings: `${settings} ${which} ${flip}`, moment: ofEmbedding(which) ? moment : '' };
    return waits(context, state) ? null : key;
  },
  ask: ({ client, run }, { which, flip }) => client.ask('matrices', { run, which, flip }),
  controls: ({ context, state, set }) =>
    html`<div class="fields">
      ${runPicker(context, 'matrices')}
      ${switchOf('What is shown of every two nodes', 'matrix', OPTIONS, state.which, (which) => set({ which }))}
      ${ofEmbedding(state.which) ? check('Flip the sign of odd hops', state.flip, (flip) => set({ flip }), 'flip') : ''}
    </div>`,
  found: (answer, { state, context }) =>
    guard([answer, context.link], () => figureView(figureOf(answer, state), context.link)),
  foot: ({ context, state }: Asking<GeometryContext, MatrixAnswer, State>) =>
    waits(context, state) ? html`<p class="help waits">Press Train: it is of the embedding.</p>` : '',
});

function figureOf({ rows, columns, values, about }: MatrixAnswer, { which, flip }: State) {
  const finite = values.filter(Number.isFinite);
  const [least, greatest] = finite.reduce(
    ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
    [0, 0],
  );
  const most = which === 'cosine' ? 1 : Math.max(-least, greatest) || 1;
  const signed = ofEmbedding(which);
  const note = `${about}${flip && signed ? ' The sign of odd hops is flipped.' : ''}`;
  return matrixFigure({
    name: 'matrix',
    title: `${NAMES[which]} of every two nodes`,
    note,
    rows: { title: 'node', names: rows },
    columns: { title: 'node', names: columns },
    values,
    range: [signed ? -most : 0, most],
    scale: signed ? 'diverging' : 'sequential',
    unit: '',
    text: figureText,
    summary: `${NAMES[which]} of ${rows.length} by ${columns.length} nodes, from ${figureText(least)} to ${figureText(greatest)}. ${note}`,
  });
}
