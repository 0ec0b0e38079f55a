/** A setting beside the figure that it changes. The same setting as in the settings panel, under an id of its own. */

import { selectField } from './options';
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Property } from '../engine/types';
import { problemText } from './controls';
import { numberControl } from './number-control';
import { isLongText, textControl } from './text-control';
import type { PartContext } from './part-context';

type FieldContext = Pick<PartContext, 'properties' | 'settled' | 'change' | 'typeIn'>;

export function propertyOf(
  { properties }: Pick<PartContext, 'properties'>,
  name: string,
): Property | undefined {
  return properties.find((property) => property.name === name);
}

export interface FieldOptions {
  label?: string;
  /** Stands after the field. */
  unit?: string;
  /** Why what was asked with this value was not done; empty if it was. */
  refused?: string;
}

/** `place` is the part of the page it stands in, so that no two fields have one id. */
export function field(
  name: string,
  place: string,
  context: FieldContext,
  options: FieldOptions = {},
): TemplateResult | typeof nothing {
  const property = propertyOf(context, name);
  if (!property) return nothing;
  const { kind } = property;
  const id = `${place}-${name}`;
  const value = context.settled.values[name] ?? property.default;
  const label = options.label ?? property.label;
  const { problems, lacking } = context.settled;
  const problem = [...problems, ...lacking].find((candidate) => candidate.field === name);
  const wrong = problem
    ? html`<span class="wrong" id="${id}-wrong" role="status">${problemText(problem)}</span>`
    : options.refused
      ? html`<span class="wrong" id="${id}-wrong" role="status">${options.refused}</span>`
      : nothing;
  const bad = problem !== undefined || !!options.refused;
  switch (kind.type) {
    case 'flag':
      return html`<span class="field">
        <label class="check" title=${property.help}>
          <input
            type="checkbox"
            id=${id}
            data-testid=${id}
            .checked=${live(value === 'true')}
            @change=${(event: Event) => context.change(name, String((event.target as HTMLInputElement).checked))}
          />${label}</label
        >${wrong}
      </span>`;
    case 'choice':
      return selectField(
        label,
        {
          id,
          testId: id,
          title: property.help,
          ...(bad ? { describedBy: `${id}-wrong` } : {}),
          options: kind.options,
          value,
          change: (chosen) => context.change(name, chosen),
        },
        wrong,
      );
    case 'integer':
    case 'number':
      return html`<span class="field">
        <label for=${id}>${label}</label>
        ${numberControl({
          id,
          testId: id,
          title: property.help,
          kind,
          value,
          bad,
          described: bad ? `${id}-wrong` : undefined,
          change: (text) => context.typeIn(name, text),
        })}${options.unit ? html`<span class="quiet">${options.unit}</span>` : nothing}${wrong}
      </span>`;
    case 'text':
      return html`<span class="field text ${isLongText(kind) ? 'wide' : ''}">
        <label for=${id}>${label}</label>
        ${textControl({
          id,
          testId: id,
          title: property.help,
          kind,
          value,
          problem,
          bad,
          described: bad ? `${id}-wrong` : undefined,
          rows: 2,
          change: (text) => context.change(name, text),
        })}${wrong}
      </span>`;
    case 'many':
      return nothing;
  }
}
