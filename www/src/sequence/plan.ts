/** What an experiment does with the present settings, and about how long that takes. */

import { html, type TemplateResult } from 'lit';
import { valueText } from '../controls';
import { propertyOf } from '../encodings/fields';
import { plural } from '../format';
import type { SequenceContext } from './context';
import type { Study } from './engine';

type Id = Study['experiment'];

/** The settings as numbers, and the contexts in words. */
interface Plan {
  number: (name: string) => number;
  /** As in "shift register, context layer". */
  contexts: string;
  /** How many kinds of machine, the forgetful one among them. */
  kinds: number;
}

function planned({ properties, settled }: SequenceContext): Plan {
  const { values } = settled;
  const number = (name: string) => Number(values[name] ?? propertyOf({ properties }, name)?.default ?? NaN);
  const chosen = (values.contexts ?? '').split(',').filter(Boolean);
  const row = propertyOf({ properties }, 'contexts');
  const labels = row ? chosen.map((id) => valueText(row, id).toLowerCase()) : chosen;
  const forgetful = values.forgetful === 'true';
  if (forgetful) labels.push('combined with Λ = 0');
  return { number, contexts: labels.join(', '), kinds: labels.length };
}

const SENTENCES: Record<Id, (plan: Plan) => string> = {
  errors: ({ number, contexts }) =>
    `${plural(number('seeds'), 'machine')} of each kind (${contexts}), each with codes, weights and a sequence of its own. ` +
    `A random sequence of an alphabet of ${number('alphabet')} is stored in one pass and then comes again: each wrong prediction of the second pass counts. ` +
    `This is done at ${plural(number('points'), 'length')} up to ${number('longest')}.`,
  repeated: ({ number, contexts }) =>
    `${plural(number('seeds'), 'machine')} of each kind (${contexts}) store 23 symbols in one pass. 5 4 5 4 5 stands twice among them and goes on ` +
    `differently each time. Then the sequence comes again, and each symbol that was predicted counts.`,
  capacity: ({ number }) =>
    `${plural(number('seeds'), 'memory', 'memories')} store up to ${plural(number('stored'), 'pair')} of a random ` +
    `${number('inputs_active')}-of-${number('inputs')} address and a random ${number('data_active')}-of-${number('data_size')} word. ` +
    `At ${plural(number('points'), 'size')} on the way every pair so far is recalled` +
    `${number('noise') ? `, by its address and by one with ${number('noise')} of its active inputs replaced` : ''}.`,
  kanerva: ({ number }) =>
    `${plural(number('seeds'), 'memory', 'memories')} of ${plural(number('locations'), 'hard location')} store up to ${plural(number('stored'), 'word')} of ${number('bits')} bits. ` +
    `At ${plural(number('points'), 'size')} on the way all are recalled. Then cues with more and more wrong bits are read, to find how many they may have.`,
  rivals: ({ number }) =>
    `${plural(number('seeds'), 'sequence')} of each of ${plural(number('points'), 'length')} up to ${number('longest')} are shown once, symbol by symbol, to a machine, to a transformer that takes ` +
    `one gradient step a symbol, and to one that takes ${number('rival_steps')}. When the sequence comes again, each wrong prediction counts. ` +
    `${number('rival_rate') ? '' : 'Learning rates are tried on sequences of other seeds first.'}`,
};

export function planOf(context: SequenceContext): TemplateResult {
  const id = context.settled.values.experiment as Id;
  const plan = planned(context);
  return html`<p class="plan" data-testid="experiment-plan">${SENTENCES[id]?.(plan) ?? ''}</p>`;
}
