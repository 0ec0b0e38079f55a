/** One side of the inspector: which encoding, how it is turned, its map, and its table as a file. */

import { select } from '../../ui/options';
import { html, nothing, type TemplateResult } from 'lit';
import { swatch } from '../../ui/controls';
import { count } from '../../ui/format';
import type { Figure } from '../../figure/figure';
import '../../figure/lab-figure';
import type { EncodingsContext } from './context';
import type { Picture, Side } from '../../engine/types';
import { SIDE_NAMES } from './maps';
import { SIDE_MARKS } from './slice';
import { slider, type SliderContext, type SliderOptions } from '../../ui/slider';

const WAVES = ['base', 'compression', 'gain', 'noise'];
const TABLE = ['gain', 'noise'];

/** The tunings that an encoding answers to; one that is not listed answers to those of any table. */
const TUNINGS: Record<string, readonly string[]> = {
  none: [],
  sinusoidal: WAVES,
  compressed: WAVES,
  'spike-time': WAVES,
  'spike-time-gain': WAVES,
  rope: ['base', 'compression'],
  alibi: ['compression', 'gain'],
  fourier: ['compression', 'gain', 'noise'],
  uploaded: [],
  trained: [],
  random: ['margin', 'gain', 'noise'],
  'rank-code': ['alpha', 'active', 'gain', 'noise'],
};

export interface SideState {
  side: Side;
  picture: Picture | null;
  /** Why there is no picture. */
  refused: string;
  fresh: boolean;
  map: Figure | null;
  /** Cell that the other map shows, by its index. */
  linked: number | null;
  onCell: (cell: number | null) => void;
  sliders: SliderContext;
  save: (format: 'csv' | 'npy') => void;
  /** Why the table could not be saved. */
  unsaved: string;
  /** Puts the same table before training on the other side, or takes it away again; null where there is none. */
  before: { pressed: boolean; press: () => void } | null;
}

export function sideView(state: SideState, context: EncodingsContext): TemplateResult {
  const { side, picture, map } = state;
  const { values } = context.settled;
  const property = context.properties.find(({ name }) => name === side);
  const options = property?.kind.type === 'choice' ? property.kind.options : [];
  const chosen = values[side] ?? '';
  return html`<section class="side" role="group" aria-labelledby="title-${side}" data-side=${side}>
    <div class="choose">
      <h3 id="title-${side}">${swatch(SIDE_MARKS[side])} ${SIDE_NAMES[side]}</h3>
      ${select({
        labelledBy: `title-${side}`,
        testId: `choose-${side}`,
        options,
        value: chosen,
        change: (value) => context.change(side, value),
      })}
      <p class="formula" data-testid="formula-${side}">${picture?.formula ?? ''}</p>
      ${chosen === 'trained' ? trainedForm(state, context) : nothing}
    </div>
    <div class="map" aria-busy=${state.fresh ? 'false' : 'true'}>
      ${
        map
          ? html`<lab-figure
              data-testid="picture-${side}"
              .link=${context.link}
              .figure=${map}
              .pointed=${state.linked}
              @point=${(event: CustomEvent<number | null>) => state.onCell(event.detail)}
            ></lab-figure>`
          : html`<p class="nothing" data-testid="nothing-${side}">
              ${state.refused || picture?.note || 'The first picture is on its way.'}
            </p>`
      }
    </div>
    <div class="sliders">${tunings(side, chosen, state.sliders, values)}</div>
    <div class="said">
      ${map ? html`<p class="help" data-testid="note-${side}">${picture?.note}</p>` : nothing}
      <p class="quiet" data-testid="computed-${side}">${computed(picture)}</p>
      ${
        map && picture?.width
          ? html`<p class="keep">
              <span>Table of vectors</span>
              ${(['csv', 'npy'] as const).map(
                (format) =>
                  html`<button
                    type="button"
                    class="small"
                    data-testid="table-${side}-${format}"
                    aria-label="Download the table on the ${side} as ${format === 'csv' ? 'CSV' : 'npy'}"
                    @click=${() => state.save(format)}
                  >
                    ${format === 'csv' ? 'CSV' : '.npy'}
                  </button>`,
              )}
            </p>`
          : nothing
      }
      <p role="status" data-testid="unsaved-${side}">
        ${state.unsaved ? html`<span class="wrong">${state.unsaved}</span>` : nothing}
      </p>
    </div>
  </section>`;
}

function tunings(
  side: Side,
  chosen: string,
  context: SliderContext,
  values: Record<string, string>,
): TemplateResult {
  const length = Number(values.length);
  const scales: Record<string, SliderOptions> = {
    base: { log: true },
    compression: { log: true, most: length },
    gain: { log: true },
    noise: { log: true },
    alpha: {},
    margin: { log: true, most: Number(values.width) / 2 },
    active: { most: Number(values.width) },
  };
  const names = TUNINGS[chosen] ?? TABLE;
  return html`${names.map((name) =>
    slider(`${side}_${name}`, context, { ...scales[name], whose: SIDE_NAMES[side].toLowerCase() }),
  )}`;
}

/** Which run's table, and the way to compare it with what it was. */
function trainedForm(state: SideState, context: EncodingsContext): TemplateResult {
  const { side, picture, before } = state;
  const runs = context.live ? (context.recording?.about.runs ?? []) : [];
  if (runs.length === 0) return html``;
  const nameOf = (id: string) => context.entries.find((entry) => entry.id === id)?.label ?? id;
  const chosen = context.settled.values.trained_run ?? '0';
  const other = side === 'left' ? 'right' : 'left';
  return html`<div class="trained">
    <label for="run-${side}">Run</label>
    ${select({
      id: `run-${side}`,
      testId: `run-${side}`,
      options: runs.map(({ replica, arm, seed }) => ({
        value: String(replica),
        label: `${nameOf(arm)}, seed ${seed}`,
      })),
      value: chosen,
      change: (run) => context.change('trained_run', run),
    })}
    <span class="quiet"
      >after <span data-testid="trained-step-${side}">${count(picture?.step ?? 0)}</span> steps</span
    >
    ${
      before
        ? html`<button
            type="button"
            class="small"
            data-testid="before-${side}"
            aria-pressed=${before.pressed ? 'true' : 'false'}
            @click=${before.press}
          >
            Before training, on the ${other}
          </button>`
        : nothing
    }
  </div>`;
}

/** Where the matrix was computed, and how long that took. */
function computed(picture: Picture | null): string {
  if (!picture?.matrix) return '';
  const { executor, ms, length, width } = picture;
  const size = `${count(length)} × ${count(length)} from ${width ? `${count(width)} entries each` : 'distances'}`;
  if (!executor) return size;
  const where =
    executor.kind === 'webgpu' ? `WebGPU${executor.name ? ` (${executor.name})` : ''}` : 'the CPU';
  return `${size}, on ${where} in ${ms < 10 ? ms.toFixed(1) : count(ms)} ms`;
}
