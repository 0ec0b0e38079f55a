/** Choosing one of several, and yes or no. */

import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';

export interface Option<V extends string = string> {
  value: V;
  label: unknown;
}

interface Select {
  id?: string;
  name?: string;
  testId?: string;
  title?: string;
  labelledBy?: string;
  describedBy?: string;
  options: readonly Option[];
  value: string;
  change: (value: string) => void;
  /** Stands for what is none of them. */
  other?: TemplateResult;
}

/** A list that opens. */
export function select(control: Select): TemplateResult {
  const { options, value, change } = control;
  return html`<select
    id=${control.id ?? nothing}
    name=${control.name ?? nothing}
    data-testid=${control.testId ?? nothing}
    title=${control.title ?? nothing}
    aria-labelledby=${control.labelledBy ?? nothing}
    aria-describedby=${control.describedBy ?? nothing}
    .value=${live(value)}
    @change=${(event: Event) => change((event.target as HTMLSelectElement).value)}
  >
    ${options.map(
      (option) =>
        html`<option value=${option.value} ?selected=${option.value === value}>${option.label}</option>`,
    )}
    ${control.other ?? nothing}
  </select>`;
}

/** A list with its label in front. */
export function selectField(
  label: unknown,
  control: Select & { id: string },
  behind?: unknown,
): TemplateResult {
  return html`<span class="field">
    <label for=${control.id}>${label}</label>
    ${select(control)}${behind ?? nothing}
  </span>`;
}

/** All of them beside each other. */
export function radios<V extends string>(
  name: string,
  options: readonly Option<V>[],
  chosen: V | undefined,
  choose: (value: V) => void,
): TemplateResult {
  return html`${options.map(
    ({ value, label }) =>
      html`<label>
        <input
          type="radio"
          name=${name}
          value=${value}
          data-testid="${name}-${value}"
          .checked=${live(value === chosen)}
          @change=${() => choose(value)}
        /><span>${label}</span>
      </label>`,
  )}`;
}

/** The same, framed; `legend` is for who listens. */
export function switchOf<V extends string>(
  legend: string,
  ...rest: Parameters<typeof radios<V>>
): TemplateResult {
  return html`<fieldset class="switch">
    <legend class="sr">${legend}</legend>
    ${radios(...rest)}
  </fieldset>`;
}

export function check(
  label: unknown,
  checked: boolean,
  change: (on: boolean) => void,
  name?: string,
): TemplateResult {
  return html`<label class="check">
    <input
      type="checkbox"
      name=${name ?? nothing}
      .checked=${live(checked)}
      @change=${(event: Event) => change((event.target as HTMLInputElement).checked)}
    />${label}
  </label>`;
}
