/** A setting as a slider with its number beside it, which can be typed. The same setting as in the settings panel. */

import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Problem, Property } from '../engine/types';
import { shortened } from './format';
import { numberControl } from './number-control';
import type { PendingEdits } from './pending-edits';

export interface SliderContext {
  properties: Property[];
  values: Record<string, string>;
  problems: Problem[];
  edits: PendingEdits;
  /** Sends what was typed. */
  typeIn: (name: string, text: string) => void;
}

export interface SliderOptions {
  /** Ends of the slider, where they are narrower than what the setting allows. */
  least?: number;
  most?: number;
  /** Equal factors are equally far apart. */
  log?: boolean;
  /** From one place to the next; by default 1 of a whole number, and the 200th part of the way of any other. */
  step?: number;
  /** Said by a screen reader after the label: which side. */
  whose?: string;
  label?: string;
}

/** A step of the slider is at least this factor on a logarithmic scale, so that three digits show each. */
const LOG_STEP = 0.012;
const MOST_STEPS = 400;
const LINEAR_STEPS = 200;
/** Where a logarithmic scale begins whose setting may be zero: the leftmost place is zero itself. */
const LEAST_LOG = 1e-3;

/** Places of the slider, and how they stand for values. */
export interface Scale {
  places: number;
  place: (value: number) => number;
  value: (place: number) => number;
}

export function scaleOf(least: number, most: number, log: boolean, whole: number | null): Scale {
  const hold = (value: number) => Math.min(most, Math.max(least, value));
  if (log) {
    const zero = least <= 0;
    const from = zero ? Math.min(LEAST_LOG, most / 10) : least;
    const span = Math.log(most / from);
    const places = Math.max(10, Math.min(MOST_STEPS, Math.round(span / LOG_STEP)));
    const first = zero ? 1 : 0;
    return {
      places: places + first,
      place: (value) =>
        value < from ? 0 : first + Math.round((Math.log(hold(value) / from) / span) * places),
      value: (place) => {
        if (place < first) return least;
        if (place >= places + first) return most;
        return place === first ? from : hold(digits(from * Math.exp((span * (place - first)) / places)));
      },
    };
  }
  if (whole !== null) {
    const places = Math.max(1, Math.floor((most - least) / whole));
    return {
      places,
      place: (value) => Math.round((hold(value) - least) / whole),
      value: (place) => hold(least + place * whole),
    };
  }
  return {
    places: LINEAR_STEPS,
    place: (value) => Math.round(((hold(value) - least) / (most - least || 1)) * LINEAR_STEPS),
    value: (place) => hold(digits(least + ((most - least) * place) / LINEAR_STEPS)),
  };
}

const digits = (value: number) => Number(value.toPrecision(3));

export function slider(name: string, context: SliderContext, options: SliderOptions = {}): TemplateResult {
  const property = context.properties.find((candidate) => candidate.name === name);
  const kind = property?.kind;
  if (!property || (kind?.type !== 'number' && kind?.type !== 'integer')) return html``;
  const { edits, problems } = context;
  const settled = context.values[name] ?? property.default;
  const text = edits.shown(name, settled);
  const least = Math.max(kind.min, options.least ?? kind.min);
  const most = Math.max(least, Math.min(kind.max, options.most ?? kind.max));
  const whole = options.step ?? (kind.type === 'integer' ? 1 : null);
  const scale = scaleOf(least, most, options.log ?? false, whole);
  const problem = problems.find((candidate) => candidate.field === name);
  const label = options.label ?? property.label;
  const whose = options.whose ? html`<span class="sr">, ${options.whose}</span>` : nothing;
  const id = `at-${name}`;
  const at = (event: Event) => String(scale.value(Number((event.target as HTMLInputElement).value)));
  return html`<div class="slider" data-setting=${name}>
    <label for=${id}>${label}${whose}</label>
    <input
      type="range"
      data-testid="slide-${name}"
      aria-label="${label}${options.whose ? `, ${options.whose}` : ''}, slider"
      aria-valuetext=${text}
      min="0"
      max=${scale.places}
      step="1"
      .value=${live(String(scale.place(Number(text))))}
      @input=${(event: Event) => edits.drag(name, at(event))}
      @change=${(event: Event) => edits.release(name, at(event))}
    />
    ${numberControl({
      id,
      title: property.help,
      kind,
      step: whole ?? 1,
      value: text,
      bad: problem !== undefined,
      described: problem ? `${id}-wrong` : undefined,
      change: (typed) => context.typeIn(name, typed),
    })}
    ${
      problem
        ? html`<p class="wrong" id="${id}-wrong">
            “${shortened(problem.given)}” is not allowed. Allowed: ${problem.allowed}. Used instead:
            ${shortened(problem.used)}.
          </p>`
        : nothing
    }
  </div>`;
}
