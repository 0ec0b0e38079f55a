/** Part `spikes`: what the neurons of every layer do for one symbol, and whether the order of firing is the code. */

import { radios, type Option } from '../../ui/options';
import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { figureView } from '../../figure/lab-figure';
import { field, propertyOf } from '../../ui/fields';
import '../../ui/inspect.css';
import '../../ui/parts.css';
import { correlation, saveButton } from '../../figure/print';
import { tableView, type Column, type Table, type Value } from '../../figure/table';
import { slider } from '../../ui/slider';
import { part, type Asking } from '../../ui/part';
import { count } from '../../ui/format';
import { verdictList } from '../../ui/verdicts';
import { figureText } from '../../ui/text';
import type { SequenceContext } from './context';
import type { SpikeLayer, Spikes } from '../../engine/types';
import { rasterFigure, type Clock } from './raster';
import { readingsFigure } from './readings';
import { BAR, placeKey, playerOf, scrubber, viewed, type Viewed, type Walking } from './scrubbed';
import './spikes.css';
import { symbolText } from './symbols';
import { tracesOf } from './traces';
import { formula } from '../../ui/formula';

const CLOCKS: Option<Clock>[] = [
  { value: 'own', label: 'Each layer’s burst' },
  { value: 'one', label: 'One clock' },
];

const STRETCHES = [
  { value: 'whole', label: 'Whole volley' },
  { value: 'near', label: 'Near the threshold' },
] as const;

/** Two or more ways to look at a figure, of which one is chosen. */
function choice<V extends string>(legend: string, ...rest: Parameters<typeof radios<V>>): TemplateResult {
  return html`<fieldset class="ways">
    <legend>${legend}</legend>
    <span class="switch">${radios(...rest)}</span>
  </fieldset>`;
}

interface State extends Walking {
  clock: Clock;
  /** The activations are shown where they come to the threshold, instead of from the first input on. */
  near: boolean;
}

type Own = Asking<SequenceContext, Viewed<Spikes>, State>;

export const spikesPart = part<SequenceContext, Viewed<Spikes>, State>({
  tag: 'sequence-spikes',
  id: 'spikes',
  title: 'Spikes',
  folded: true,
  note: () => 'is the order of firing the code?',
  intro: html`A code is a volley: whoever fires first counts most. Each layer takes in the volley of the layer
  before it, and is shut off once as many of its neurons have fired as its code has.`,
  state: (now) => ({ clock: 'own', near: true, player: playerOf(now) }),
  ask: (context) => viewed(context, 'spikes', (client, at) => client.ask('spikes', { at })),
  key: placeKey('spikes'),
  patient: true,
  bar: BAR,
  goesOn: true,
  left: ({ state }) => state.player.stop(),
  controls: (own) => html`${scrubber(own, 'spikes')} ${controls(own)}`,
  found: ({ shown: spikes }, own) => {
    const { context, state, fresh } = own;
    return html`<div
      class="step"
      data-testid="spikes-step"
      data-at=${spikes.at}
      data-neuron=${spikes.neuron}
      data-fresh=${fresh ? 'true' : 'false'}
    >
      ${guard([spikes, state.clock, state.near, context.link], () => shown(spikes, own))}
    </div>`;
  },
  waits: ({ fresh, bar }) =>
    html`<div class="step waiting">
      <p class="help">
        ${
          fresh
            ? 'Computed while this part of the page is in view.'
            : bar === nothing
              ? 'Computing …'
              : 'Showing this sequence to the machine …'
        }
      </p>
    </div>`,
});

function controls({ context, sliders }: Own): TemplateResult {
  const neuron = propertyOf(context, 'neuron')?.kind;
  const help =
    neuron?.type === 'choice'
      ? neuron.options.find(({ value }) => value === context.settled.values.neuron)?.help
      : undefined;
  return html`<div class="tuning two">
    <div class="fields">${field('neuron', 'spikes', context)}</div>
    ${slider('threshold', sliders, { log: true })}
    ${slider('leak', sliders, { log: true, label: 'Leak τ (RDLIF)' })} ${slider('load', sliders)}
    ${help ? html`<p class="help">${help}</p>` : nothing}
  </div>`;
}

function shown(spikes: Spikes, { context, state, set }: Own): TemplateResult {
  const { clock, near } = state;
  const { client, link } = context;
  const note = noteOf(spikes);
  const csv = (table: 'spikes' | 'readings' | 'spike-checks') => client.ask('csv', { table, at: spikes.at });
  const raster = rasterFigure(spikes, clock, note, () => csv('spikes'));
  const readings = readingsFigure(spikes, note, () => csv('readings'));
  return html`<p class="formula" data-testid="spikes-formula">
      <b>${spikes.label}:</b> ${formula(spikes.formula)}
    </p>
    ${choice('Time axis', 'spikes-clock', CLOCKS, clock, (id) => set({ clock: id }))}
    ${figureView(raster, link)} ${tableView(layersTable(spikes.layers))}
    <div class="two">
      <section aria-labelledby="title-traces">
        <h3 id="title-traces">Decoder neurons on their way to the threshold</h3>
        <p class="help">
          The first that fire, and the first that does not. The dashed level is the threshold,
          ${figureText(spikes.threshold)}.
        </p>
        ${choice('Activation', 'spikes-near', STRETCHES, near ? 'near' : 'whole', (id) => set({ near: id === 'near' }))}
        ${figureView(tracesOf(spikes, near, note), link)}
      </section>
      <section aria-labelledby="title-readings">
        <h3 id="title-readings">${readings.title}</h3>
        <p class="help">
          The input’s spikes, one a row. The phase is the spike’s time as a share of the volley’s window, once
          around; the significance is what the ranks make of it.
        </p>
        ${figureView(readings, link)}
      </section>
    </div>
    <section class="view checks" aria-labelledby="title-checks">
      <h3 id="title-checks">Firing order against dot product</h3>
      <p class="help">
        Random inputs, each as a volley and as a dot product. Load is how many volleys the neurons get before
        the one that counts.
      </p>
      ${tableView(checksTable(spikes.checks))}
      <p class="take">${saveButton('Table (CSV)', 'spike-checks.csv', () => csv('spike-checks'))}</p>
      ${
        spikes.verdicts.length
          ? html`<div class="verdicts">${verdictList(spikes.verdicts, 'here', null, 'spikes-verdicts')}</div>`
          : nothing
      }
    </section>`;
}

const noteOf = ({ at, length, symbol, label, threshold }: Spikes) =>
  `${label} neurons, threshold ${figureText(threshold)}; symbol ${at + 1} of ${length}: ${symbolText(symbol)}`;

function checksTable(checks: Spikes['checks']): Table {
  const column = (name: 'load' | 'same' | 'mean' | 'least', label: string, text: Column['text']): Column => ({
    name,
    label,
    value: (row) => checks[row]?.[name],
    ...(text ? { text } : {}),
  });
  const cosine = (value: Value) => correlation(Number(value));
  return {
    title: 'Pairs with the same code',
    rows: checks.length,
    testId: 'checks',
    data: (row) => ({ neuron: checks[row]?.neuron ?? '', load: String(checks[row]?.load) }),
    columns: [
      { name: 'neuron', label: 'Neuron', words: true, value: (row) => checks[row]?.label },
      column('load', 'Load', (value) => count(Number(value))),
      column(
        'same',
        'Same code',
        (value, row) => `${count(Number(value))} of ${count(checks[row]?.pairs ?? 0)}`,
      ),
      column('mean', 'Cosine, mean', cosine),
      column('least', 'Cosine, least', cosine),
    ],
  };
}

function layersTable(layers: SpikeLayer[]): Table {
  const column = (
    name: string,
    label: string,
    text: (layer: SpikeLayer) => string | TemplateResult,
  ): Column => ({
    name,
    label,
    value: () => null,
    text: (_, row) => {
      const layer = layers[row];
      return layer ? text(layer) : '';
    },
  });
  return {
    title: 'Layers: is the code of the firing order that of the ranked dot products?',
    rows: layers.length,
    testId: 'layers',
    data: (row) => ({ layer: layers[row]?.id ?? '' }),
    columns: [
      { ...column('layer', 'Layer', ({ label }) => label), words: true },
      {
        ...column(
          'same',
          'Same code',
          ({ same, sentence }) =>
            html`<span class="verdict ${same ? 'holds' : 'fails'}"
                >${same ? '✓ same' : '✗ not the same'}</span
              >
              <span class="quiet why">${sentence}</span>`,
        ),
        words: true,
      },
      column('cosine', 'Cosine', ({ similarity }) => correlation(similarity)),
      column('fire', 'Fire', ({ spikes, neurons }) => `${count(spikes.length)} of ${count(neurons)}`),
      column('time', 'Time', ({ spikes }) =>
        spikes.length ? `${figureText(spikes[0]?.time)} to ${figureText(spikes.at(-1)?.time)}` : '–',
      ),
    ],
  };
}
