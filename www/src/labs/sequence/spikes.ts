/** Part `spikes`: what the neurons of every layer do for one symbol, and whether the order of firing is the code. */

import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { live } from 'lit/directives/live.js';
import { labAddress } from '../../ui/address';
import type { LabClient } from '../../engine/client';
import { exportButtons } from '../../ui/download';
import { figureView } from '../../figure/lab-figure';
import { PendingEdits } from '../../ui/pending-edits';
import { field, propertyOf } from '../../ui/fields';
import '../../ui/inspect.css';
import '../../ui/parts.css';
import { correlation, precise, saveButton } from '../../figure/print';
import { slider, type SliderContext } from '../../ui/slider';
import { count } from '../../ui/format';
import '../../ui/look.css';
import { verdictList } from '../../ui/verdicts';
import { figureText } from '../../ui/text';
import type { SequenceContext } from './context';
import type { SpikeLayer, Spikes } from '../../engine/types';
import './lab-raster';
import type { Clock } from './raster';
import { readingsSvg, readingsTable } from './readings';
import { ScrubbedPart } from './scrubbed';
import './spikes.css';
import { symbolText } from './symbols';
import { tracesOf } from './traces';

const CLOCKS: { id: Clock; label: string }[] = [
  { id: 'own', label: 'Each layer’s burst' },
  { id: 'one', label: 'One clock' },
];

const STRETCHES = [
  { id: 'whole', label: 'Whole volley' },
  { id: 'near', label: 'Near the threshold' },
] as const;

/** Two or more ways to look at a figure, of which one is chosen. */
function choice<Id extends string>(
  legend: string,
  name: string,
  options: readonly { id: Id; label: string }[],
  chosen: Id,
  choose: (id: Id) => void,
): TemplateResult {
  return html`<fieldset class="ways">
    <legend>${legend}</legend>
    <span class="switch">
      ${options.map(
        ({ id, label }) =>
          html`<label>
            <input
              type="radio"
              name=${name}
              value=${id}
              data-testid="${name}-${id}"
              .checked=${live(id === chosen)}
              @change=${() => choose(id)}
            /><span>${label}</span>
          </label>`,
      )}
    </span>
  </fieldset>`;
}

class SequenceSpikes extends ScrubbedPart<Spikes> {
  static override properties = {
    ...ScrubbedPart.properties,
    clock: { state: true },
    near: { state: true },
    opened: { state: true },
  };
  declare clock: Clock;
  /** The activations are shown where they come to the threshold, instead of from the first input on. */
  declare near: boolean;
  declare opened: ReadonlySet<string>;

  private readonly edits = new PendingEdits(
    (name, value) => this.context.change(name, value),
    () => this.requestUpdate(),
  );
  constructor() {
    super('spikes');
    this.clock = 'own';
    this.near = true;
    this.opened = new Set();
  }

  protected look(client: LabClient, at: number): Promise<Spikes> {
    return client.ask('spikes', { at });
  }

  private csv(id: 'spikes' | 'readings' | 'spike-checks', { at }: Spikes): Promise<string> {
    return this.context.client.ask('csv', { table: id, at });
  }

  private toggle(name: string, open: boolean) {
    const opened = new Set(this.opened);
    if (open) opened.add(name);
    else opened.delete(name);
    this.opened = opened;
  }

  protected override render(): TemplateResult {
    const { question, context } = this;
    const answer = question.answer;
    return html`<section class="card part spikes" aria-labelledby="title-spikes">
      <header>
        <h2 id="title-spikes">Spikes</h2>
        <p class="quiet">is the order of firing the code?</p>
      </header>
      <p class="help">
        A code is a volley: whoever fires first counts most. Each layer takes in the volley of the layer
        before it, and is shut off once as many of its neurons have fired as its code has.
      </p>
      ${this.scrubber()} ${this.controls()} ${this.waiting('Stop')}
      ${
        answer
          ? html`<div
              class="step"
              data-testid="spikes-step"
              data-at=${answer.shown.at}
              data-neuron=${answer.shown.neuron}
              data-fresh=${question.fresh ? 'true' : 'false'}
            >
              ${guard([answer.shown, this.clock, this.near, this.opened, context.link], () => this.shown(answer.shown))}
            </div>`
          : html`<div class="step waiting">
              <p class="help">
                ${
                  question.fresh
                    ? question.refused
                      ? nothing
                      : 'Computed while this part of the page is in view.'
                    : this.progress.turn
                      ? 'Showing this sequence to the machine …'
                      : 'Computing …'
                }
              </p>
            </div>`
      }
    </section>`;
  }

  private controls(): TemplateResult {
    const { context } = this;
    const sliders: SliderContext = {
      properties: context.properties,
      values: context.settled.values,
      problems: context.settled.problems,
      edits: this.edits,
      typeIn: context.typeIn,
    };
    const neuron = propertyOf(context, 'neuron')?.kind;
    const help =
      neuron?.type === 'choice'
        ? neuron.options.find(({ value }) => value === context.settled.values.neuron)?.help
        : undefined;
    return html`<div class="tuning">
      <div class="fields">${field('neuron', 'spikes', context)}</div>
      ${slider('threshold', sliders, { log: true })}
      ${slider('leak', sliders, { log: true, label: 'Leak τ (RDLIF)' })} ${slider('load', sliders)}
      ${help ? html`<p class="help">${help}</p>` : nothing}
    </div>`;
  }

  private shown(spikes: Spikes): TemplateResult {
    return html`<p class="formula" data-testid="spikes-formula"><b>${spikes.label}:</b> ${spikes.formula}</p>
      ${this.raster(spikes)} ${layersTable(spikes)}
      <div class="two">${this.traces(spikes)} ${this.readings(spikes)}</div>
      ${this.checks(spikes)}`;
  }

  private raster(spikes: Spikes): TemplateResult {
    const { clock, context } = this;
    const name = 'spikes';
    return html`${choice('Time axis', 'spikes-clock', CLOCKS, clock, (id) => (this.clock = id))}
      <sequence-raster data-testid="raster" .spikes=${spikes} .clock=${clock}></sequence-raster>
      <ul class="key">
        <li><span class="sign first" aria-hidden="true"></span>first to fire, most significant</li>
        <li>
          <span class="sign fired" aria-hidden="true"></span>fires; taller and stronger, the more significant
        </li>
        <li><span class="sign late" aria-hidden="true"></span>would have come after the layer is shut off</li>
      </ul>
      ${exportButtons(
        async () => {
          const { rasterSvg } = await import('./svg-raster');
          return rasterSvg(spikes, clock, {
            ...wordsOf(spikes, context.link),
            title: 'Spikes of every layer',
          });
        },
        name,
        'Spikes of every layer',
      )}
      <details class="numbers" @toggle=${this.toggled(name)}>
        <summary>Numbers<span class="sr">: spikes of every layer</span></summary>
        ${
          this.opened.has(name)
            ? html`${spikesTable(spikes)}
              ${saveButton('Download as CSV', 'spikes.csv', () => this.csv('spikes', spikes))}`
            : nothing
        }
      </details>`;
  }

  private toggled(name: string) {
    return (event: Event) => this.toggle(name, (event.target as HTMLDetailsElement).open);
  }

  private traces(spikes: Spikes): TemplateResult {
    const { near } = this;
    return html`<section aria-labelledby="title-traces">
      <h3 id="title-traces">Decoder neurons on their way to the threshold</h3>
      <p class="help">
        The first that fire, and the first that does not. The dashed level is the threshold,
        ${figureText(spikes.threshold)}.
      </p>
      ${choice('Activation', 'spikes-near', STRETCHES, near ? 'near' : 'whole', (id) => (this.near = id === 'near'))}
      ${figureView(tracesOf(spikes, near, wordsOf(spikes, this.context.link).note), this.context.link)}
    </section>`;
  }

  private readings(spikes: Spikes): TemplateResult {
    const title = 'Time, phase and rank of one code';
    return html`<section aria-labelledby="title-readings">
      <h3 id="title-readings">${title}</h3>
      <p class="help">
        The input’s spikes, one a row. The phase is the spike’s time as a share of the volley’s window, once
        around; the significance is what the ranks make of it.
      </p>
      ${readingsTable(spikes)}
      <div class="foot">
        ${exportButtons(
          () => readingsSvg(spikes, { ...wordsOf(spikes, this.context.link), title }),
          'readings',
          title,
        )}
        ${saveButton('CSV', 'readings.csv', () => this.csv('readings', spikes))}
      </div>
    </section>`;
  }

  private checks(spikes: Spikes): TemplateResult {
    const { checks, verdicts } = spikes;
    const title = 'Firing order against dot product';
    return html`<section class="view checks" aria-labelledby="title-checks">
      <h3 id="title-checks">${title}</h3>
      <p class="help">
        Random inputs, each as a volley and as a dot product. Load is how many volleys the neurons get before
        the one that counts.
      </p>
      <div class="scroll" tabindex="0" role="region" aria-label="${title}, table">
        <table data-testid="checks">
          <caption class="sr">
            ${title}
          </caption>
          <thead>
            <tr>
              <th scope="col">Neuron</th>
              <th scope="col" class="n">Load</th>
              <th scope="col" class="n">Same code <span class="quiet">pairs</span></th>
              <th scope="col" class="n">Cosine <span class="quiet">mean</span></th>
              <th scope="col" class="n">Cosine <span class="quiet">least</span></th>
            </tr>
          </thead>
          <tbody>
            ${checks.map(
              ({ neuron, label, load, pairs, same, mean, least }) =>
                html`<tr data-neuron=${neuron} data-load=${load}>
                  <th scope="row">${label}</th>
                  <td class="n">${count(load)}</td>
                  <td class="n">
                    <span data-value="same">${count(same)}</span> of
                    <span data-value="pairs">${count(pairs)}</span>
                  </td>
                  <td class="n" data-value="mean">${correlation(mean)}</td>
                  <td class="n" data-value="least">${correlation(least)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <p class="take">
        ${saveButton('Table (CSV)', 'spike-checks.csv', () => this.csv('spike-checks', spikes))}
      </p>
      ${
        verdicts.length
          ? html`<div class="verdicts">${verdictList(verdicts, 'here', null, 'spikes-verdicts')}</div>`
          : nothing
      }
    </section>`;
  }
}

function wordsOf({ at, length, symbol, label, threshold }: Spikes, link: string) {
  return {
    note: `${label} neurons, threshold ${figureText(threshold)}; symbol ${at + 1} of ${length}: ${symbolText(symbol)}`,
    address: labAddress(link),
  };
}

const span = ({ spikes }: SpikeLayer) =>
  spikes.length ? `${figureText(spikes[0]?.time)} to ${figureText(spikes.at(-1)?.time)}` : '–';

function layersTable({ layers }: Spikes): TemplateResult {
  return html`<div class="scroll tall" tabindex="0" role="region" aria-label="Layers, table">
    <table class="layers" data-testid="layers">
      <caption class="sr">
        Layers: is the code of the firing order that of the ranked dot products?
      </caption>
      <thead>
        <tr>
          <th scope="col">Layer</th>
          <th scope="col" class="n">Fire</th>
          <th scope="col" class="n">Time</th>
          <th scope="col">Same code as the dot products</th>
          <th scope="col" class="n">Cosine</th>
        </tr>
      </thead>
      <tbody>
        ${layers.map(
          (layer) =>
            html`<tr data-layer=${layer.id} data-same=${layer.same ? 'true' : 'false'}>
              <th scope="row">${layer.label}</th>
              <td class="n" data-label="fire">${count(layer.spikes.length)} of ${count(layer.neurons)}</td>
              <td class="n" data-label="time">${span(layer)}</td>
              <td class="said">
                <span class="verdict ${layer.same ? 'holds' : 'fails'}"
                  ><span aria-hidden="true">${layer.same ? '✓' : '✗'}</span>
                  ${layer.same ? 'same' : 'not the same'}</span
                >
                <span class="quiet">${layer.sentence}</span>
              </td>
              <td class="n" data-label="cosine" data-value="similarity">${correlation(layer.similarity)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function spikesTable({ layers }: Spikes): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Spikes of every layer, table">
    <table data-testid="spike-numbers">
      <caption>
        Spikes of every layer, in the order of time
      </caption>
      <thead>
        <tr>
          <th scope="col">Layer</th>
          <th scope="col" class="n">Rank</th>
          <th scope="col" class="n">Neuron</th>
          <th scope="col" class="n">Time</th>
          <th scope="col" class="n">Significance</th>
        </tr>
      </thead>
      <tbody>
        ${layers.map(
          ({ id, label, spikes, late }) =>
            html`${spikes.map(
              ({ neuron, rank, time, significance }) =>
                html`<tr data-layer=${id}>
                  <th scope="row">${label}</th>
                  <td class="n" data-value="rank">${rank}</td>
                  <td class="n" data-value="neuron">${neuron}</td>
                  <td class="n" data-value="time">${precise(time)}</td>
                  <td class="n" data-value="significance">${figureText(significance)}</td>
                </tr>`,
            )}
            ${late.map(
              ({ neuron, time }) =>
                html`<tr data-layer=${id} data-late="true">
                  <th scope="row">${label}</th>
                  <td class="n quiet">too late</td>
                  <td class="n">${neuron}</td>
                  <td class="n">${precise(time)}</td>
                  <td class="n quiet">0</td>
                </tr>`,
            )}`,
        )}
      </tbody>
    </table>
  </div>`;
}

customElements.define('sequence-spikes', SequenceSpikes);

export function spikesPart(context: SequenceContext): TemplateResult {
  return html`<sequence-spikes .context=${context}></sequence-spikes>`;
}
