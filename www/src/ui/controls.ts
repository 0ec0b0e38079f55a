/** Renders any property from its row in the table: a new row needs no change here. */

import { select } from './options';
import { html, nothing, svg, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Problem, Property, Values } from '../engine/types';
import { shortened } from './format';
import { numberControl } from './number-control';
import type { Mark } from './palette';
import { textControl } from './text-control';

export interface ControlContext {
  values: Values;
  problems: Problem[];
  /** What is to be set before anything can run. */
  lacking: Problem[];
  onChange: (name: string, value: string) => void;
  /** What was typed into a field of a number. */
  typeIn: (name: string, text: string) => void;
  /** How an option is drawn in the figures, if it is drawn at all. */
  markOf: (property: string, option: string) => Mark | null;
}

/** A short piece of line, as the charts draw it. */
export function swatch(mark: Mark): TemplateResult {
  return html`<svg class="swatch" width="30" height="10" viewBox="0 0 30 10" aria-hidden="true">
    ${svg`<line x1="1" y1="5" x2="29" y2="5" stroke="var(${mark.colour})" stroke-dasharray=${mark.dash.join(' ') || nothing} />`}
  </svg>`;
}

function problemOf(name: string, { problems, lacking }: ControlContext): Problem | undefined {
  return [...problems, ...lacking].find((problem) => problem.field === name);
}

/** Why a setting was not taken, and what is used instead; or why nothing can run with it. */
export const problemText = ({ given, allowed, used }: Problem): string =>
  used
    ? `“${shortened(given)}” is not allowed. Allowed: ${allowed}. Used instead: ${shortened(used)}.`
    : `Nothing can run before this has ${allowed}.`;

function notes(property: Property, context: ControlContext): TemplateResult {
  const problem = problemOf(property.name, context);
  const { kind } = property;
  const chosen =
    kind.type === 'choice'
      ? kind.options.find((option) => option.value === context.values[property.name])
      : undefined;
  return html`<p class="help" id="help-${property.name}">
      ${property.help}${chosen ? html` <span class="chosen">${chosen.label}: ${chosen.help}</span>` : nothing}
    </p>
    ${problem ? html`<p class="wrong" id="wrong-${property.name}">${problemText(problem)}</p>` : nothing}`;
}

function input(property: Property, context: ControlContext): TemplateResult {
  const { name, kind } = property;
  const value = context.values[name] ?? '';
  const described = `help-${name}${problemOf(name, context) ? ` wrong-${name}` : ''}`;
  switch (kind.type) {
    case 'choice':
      return select({
        id: `set-${name}`,
        name,
        describedBy: described,
        options: kind.options,
        value,
        change: (chosen) => context.onChange(name, chosen),
      });
    case 'integer':
    case 'number':
      return html`<span class="entry">
        ${numberControl({
          id: `set-${name}`,
          name,
          kind,
          value,
          bad: problemOf(name, context) !== undefined,
          described,
          change: (text) => context.typeIn(name, text),
        })}${property.unit ? html`<span class="unit">${property.unit}</span>` : nothing}
      </span>`;
    case 'text': {
      const problem = problemOf(name, context);
      return textControl({
        id: `set-${name}`,
        name,
        kind,
        value,
        problem,
        bad: problem !== undefined,
        described,
        rows: 3,
        change: (text) => context.onChange(name, text),
      });
    }
    case 'flag':
      return html`<input
        id="set-${name}"
        name=${name}
        type="checkbox"
        aria-describedby=${described}
        .checked=${live(value === 'true')}
        @change=${(event: Event) => context.onChange(name, String((event.target as HTMLInputElement).checked))}
      />`;
    case 'many':
      return html``;
  }
}

function many(property: Property, context: ControlContext): TemplateResult {
  const { name, kind } = property;
  if (kind.type !== 'many') return html``;
  const chosen = new Set((context.values[name] ?? '').split(','));
  const change = (option: string, on: boolean) => {
    // The order in which the reader picked is kept: the race is listed in it.
    const kept = [...chosen].filter((value) => value !== option && value !== '');
    context.onChange(name, [...kept, ...(on ? [option] : [])].join(','));
  };
  return html`<fieldset class="control many" aria-describedby="help-${name}">
    <legend>${property.label}</legend>
    ${notes(property, context)}
    <div class="options">
      ${kind.options.map((option) => {
        const mark = context.markOf(name, option.value);
        return html`<label>
          <input
            type="checkbox"
            name=${name}
            value=${option.value}
            .checked=${live(chosen.has(option.value))}
            @change=${(event: Event) => change(option.value, (event.target as HTMLInputElement).checked)}
          />
          ${mark ? swatch(mark) : nothing}<span>${option.label}</span>
        </label>`;
      })}
    </div>
    <details class="glossary">
      <summary>What they are</summary>
      <dl>
        ${kind.options.map(
          (option) =>
            html`<dt>${option.label}</dt>
              <dd>${option.help}</dd>`,
        )}
      </dl>
    </details>
  </fieldset>`;
}

export function control(property: Property, context: ControlContext): TemplateResult {
  if (property.kind.type === 'many') return many(property, context);
  return html`<div class="control ${property.kind.type}">
    <label for="set-${property.name}">${property.label}</label>
    ${input(property, context)} ${notes(property, context)}
  </div>`;
}

/** A value as the reader knows it: the option's label, or the number and its unit. */
export function valueText(property: Property, value: string): string {
  const { kind } = property;
  if (kind.type === 'choice') return kind.options.find((option) => option.value === value)?.label ?? value;
  if (kind.type === 'many') {
    return value
      .split(',')
      .map((id) => kind.options.find((option) => option.value === id)?.label ?? id)
      .join(', ');
  }
  if (kind.type === 'flag') return value === 'true' ? 'yes' : 'no';
  if (kind.type === 'text') return `“${shortened(value, 24)}”`;
  return value;
}

/** Groups that had a refusal to show. */
const refusedOnce = new Set<string>();

/** Groups in the order of the table: the first two, or those of `open`, are open, the rest say what differs from the defaults. */
export function groups(
  properties: Property[],
  context: ControlContext,
  open?: ReadonlySet<string>,
): TemplateResult {
  const names = [...new Set(properties.map((property) => property.group))];
  const opened = open ?? new Set(names.slice(0, 2));
  return html`${names.map((group) => {
    const rows = properties.filter((property) => property.group === group);
    const changed = rows.filter((row) => context.values[row.name] !== row.default);
    if (rows.some((row) => problemOf(row.name, context))) refusedOnce.add(group);
    const summary = changed
      .map((row) => `${row.label} ${valueText(row, context.values[row.name] ?? '')}`.trim())
      .join(' · ');
    // It opens for what is refused, and does not shut on a reader who has mended it.
    return html`<details
      class="group"
      ?open=${opened.has(group) || refusedOnce.has(group)}
      data-group=${group}
    >
      <summary>
        <h3>${group}</h3>
        ${summary ? html`<span class="differs">${summary}</span>` : nothing}
      </summary>
      ${rows.map((row) => control(row, context))}
    </details>`;
  })}`;
}
