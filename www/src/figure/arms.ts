/** The lines of an experiment: their marks, and a legend that stays readable with two dozen of them. */

import { html, nothing, type TemplateResult } from 'lit';
import { lineButton, type Lines } from './line-button';
import type { About, Property } from '../engine/types';
import { count } from '../ui/format';
import { isFamily, mark, rampMark } from '../ui/palette';
import type { Recording, Source } from '../engine/record';
import type { Entry } from '../ui/series';
import { SERIES } from '../ui/series';
import { armCurves, lastAt } from './curves';
import { evaluated, measureOf, shortUnit, valueText } from './measured';

export const FAMILIES: Record<string, string> = {
  compression: 'Compression',
  gain: 'Gain',
  random: 'Random tables',
};

/** The family of a sweep's arm, as in "compression-4"; empty for an arm of another kind. */
function familyOf({ id }: Pick<Entry, 'id'>): string {
  const family = id.replace(/-[^-]*$/, '');
  return isFamily(family) ? family : '';
}

/** The value that an arm's label ends with, as in "Compression 4". */
function valueOf({ label }: Pick<Entry, 'label'>): string {
  return label.split(' ').at(-1) ?? label;
}

/**
 * The arms with their marks: those of a sweep by family and order of value; an encoding has the mark that it has in every
 * lab, and an arm that is none of them one that is free.
 */
export function armEntries(about: About, entries: Entry[], properties: Property[]): Entry[] {
  if (about.values.experiment === 'sweep') {
    return entries.map((entry) => {
      const family = familyOf(entry);
      if (!family) return entry;
      const own = entries
        .filter((other) => familyOf(other) === family)
        .toSorted((a, b) => Number(valueOf(a)) - Number(valueOf(b)));
      return { ...entry, mark: rampMark(family, own.indexOf(entry), own.length) };
    });
  }
  const kind = properties.find(({ name }) => name === SERIES)?.kind;
  const known = kind?.type === 'many' ? kind.options.map(({ value }) => value) : [];
  const taken = new Set(entries.map(({ id }) => known.indexOf(id)));
  let free = 0;
  return entries.map((entry) => {
    const place = known.indexOf(entry.id);
    if (place >= 0) return { ...entry, mark: mark(place) };
    // The first is grey, which is for no encoding at all.
    do free += 1;
    while (taken.has(free));
    return { ...entry, mark: mark(free) };
  });
}

export interface ArmsContext extends Lines {
  recording: Recording;
  entries: Entry[];
  source: Source;
  /** Step under the pointer, if any. */
  cursor: number | null;
}

/** A row of buttons for each family, with the first measure at the pointer, or the latest. */
export function armsLegend(context: ArmsContext): TemplateResult {
  const { recording, entries, hidden, cursor } = context;
  const { measures } = recording.about;
  const [main] = evaluated(measures).map((measure) => measureOf(measure, context.source, measures));
  const { steps, curves } = main
    ? armCurves(recording.curves(main.phase), main.id)
    : { steps: [], curves: [] };
  const unit = main && shortUnit(main);
  const measured = main && [main.short.toLowerCase(), unit].filter(Boolean).join(' in ');
  const place = lastAt(steps, cursor);
  const step = steps[place];
  const families = [...new Set(entries.map(familyOf))];
  return html`<section class="card part arms" aria-labelledby="title-arms" data-testid="arms-legend">
    <header>
      <h2 id="title-arms">Lines</h2>
      <p class="quiet">
        ${['value', measured].filter(Boolean).join(', and ')}${
          step === undefined ? '' : `${cursor === null ? ', latest,' : ' at'} step ${count(step)}`
        };
        press to hide or show
      </p>
    </header>
    ${families.map((family) => {
      const own = entries.filter((entry) => familyOf(entry) === family);
      const shown = own.filter(({ id }) => !hidden.has(id));
      return html`<div class="family" role="group" aria-label=${FAMILIES[family] ?? 'Others'}>
        <h3>${FAMILIES[family] ?? 'Others'}</h3>
        <button
          type="button"
          aria-label="${shown.length ? 'Hide' : 'Show'} all of ${FAMILIES[family] ?? 'others'}"
          @click=${() => (shown.length ? shown : own).forEach(({ id }) => context.toggle(id))}
        >
          ${shown.length ? 'Hide all' : 'Show all'}
        </button>
        ${own.map((entry) => {
          const value = curves.find(({ arm }) => arm === entry.id)?.mean[place];
          return lineButton(entry, context, {
            words: html`<span
                ><span class="sr">${family ? entry.label.slice(0, -valueOf(entry).length) : ''}</span>${
                  family ? valueOf(entry) : entry.label
                }</span
              >${main ? html`<span class="quiet">${valueText(main, value)}<span class="sr"> ${unit}</span></span>` : nothing}`,
          });
        })}
      </div>`;
    })}
  </section>`;
}
