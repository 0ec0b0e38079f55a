/** What an experiment does with the present settings, and about how long that takes. */

import { html, type TemplateResult } from 'lit';
import { valueText } from '../../ui/controls';
import { propertyOf } from '../../ui/fields';
import { plural } from '../../ui/format';
import type { SequenceContext } from './context';

type Id = 'capacity' | 'kanerva' | 'errors' | 'repeated' | 'rivals' | 'recall';

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

const verb = (n: number, one: string, many: string) => (n === 1 ? one : many);

const SENTENCES: Record<Id, (plan: Plan) => string> = {
  errors: ({ number, contexts }) =>
    `${plural(number('seeds'), 'machine')} of each kind (${contexts}), each with codes, weights and a sequence of its own. ` +
    `A random sequence of an alphabet of ${number('alphabet')} is stored in one pass and then comes again: each wrong prediction of the second pass counts. ` +
    `This is done at ${plural(number('points'), 'length')} up to ${number('longest')}.`,
  repeated: ({ number, contexts }) =>
    `${plural(number('seeds'), 'machine')} of each kind (${contexts}) ${verb(number('seeds'), 'stores', 'store')} ${REPEATED} symbols in one pass. 5 4 5 4 5 stands twice among them and goes on ` +
    `differently each time. Then the sequence comes again, and each symbol that was predicted counts.`,
  capacity: ({ number }) =>
    `${plural(number('seeds'), 'memory', 'memories')} ${verb(number('seeds'), 'stores', 'store')} up to ${plural(number('stored'), 'pair')} of a random ` +
    `${number('inputs_active')}-of-${number('inputs')} address and a random ${number('data_active')}-of-${number('data_size')} word. ` +
    `At ${plural(number('points'), 'size')} on the way every pair so far is recalled` +
    `${number('noise') ? `, by its address and by one with ${number('noise')} of its active inputs replaced` : ''}.`,
  kanerva: ({ number }) =>
    `${plural(number('seeds'), 'memory', 'memories')} of ${plural(number('locations'), 'hard location')} ${verb(number('seeds'), 'stores', 'store')} up to ${plural(number('words'), 'word')} of ${number('bits')} bits, each at itself. ` +
    `At ${plural(number('points'), 'size')} on the way every word so far is read. Then cues with more and more wrong bits are read, and what comes is read again, ` +
    `to find how many bits may be wrong.`,
  rivals: ({ number }) =>
    `${plural(number('seeds'), 'random sequence')} of each of ${plural(number('points'), 'length')} up to ${number('longest')} ${verb(number('seeds') * number('points'), 'is', 'are')} shown once, symbol by symbol, to a machine and to transformers ` +
    `that take one gradient step a symbol${number('rival_steps') > 1 ? `, or ${number('rival_steps')}` : ''}. Then they come again, and each wrong prediction counts. ` +
    `${number('rival_rate') ? '' : 'Learning rates are tried on sequences of other seeds first, which takes most of the time.'}`,
  recall: ({ number, contexts }) =>
    `${plural(number('seeds'), 'set')} of pairs of each of ${plural(number('points'), 'size')} up to ${Math.floor(number('longest') / 2)} pairs, of ${number('alphabet')} keys and as many values, ` +
    `${verb(number('seeds') * number('points'), 'is', 'are')} shown once, symbol by symbol, to machines (${contexts}) and to transformers that take one gradient step a symbol` +
    `${number('rival_steps') > 1 ? `, or ${number('rival_steps')}` : ''}. Then the pairs come again in another order, nobody learns, and after each key its partner is asked. ` +
    `${number('rival_rate') ? '' : 'Learning rates are tried on pairs of other seeds first, which takes most of the time.'}`,
};

/**
 * Milliseconds of processor time on one core, measured in Chromium: of a multiplication of a machine and of a memory, of drawing a fixed
 * weight, of one hard location and bit, and of one token of a training step by width and by its square. Good to a factor of two
 * or so; the run bar knows better once the experiment runs.
 */
const MS = { machine: 1.5e-6, memory: 0.9e-6, weight: 2e-5, bit: 1.7e-7, token: 2.65e-4, square: 4.9e-6 };
/** Symbols of the sequence with the repeated subsequence. */
const REPEATED = 23;
/** Kanerva's memory: numbers of words for the critical distance, cues for each, and reads that they take. */
const DISTANCE = { loads: 3, cues: 200, reads: 3.5 };
/** Transformers of other seeds that try learning rates, and windows that a replaying one sees in a step beside the newest. */
const RIVALS = { tried: 15, replayed: 16 };

/** Machines are made, and take in so many symbols each. */
function machines({ number, kinds }: Plan, symbols: number): number {
  const making = number('decoders') * number('context_size') * MS.weight;
  const taking = symbols * number('decoders') * number('context_active') * MS.machine;
  return kinds * number('seeds') * (making + taking);
}

/** 1/n, 2/n … of the most, together. */
const stairs = (most: number, steps: number) => (most * (steps + 1)) / 2;

/** Transformers learn sequences up to the longest, and learn them again. */
function transformers({ number }: Plan): number {
  const [width, more] = [number('rival_width'), number('rival_steps')];
  const replaying = (1 + RIVALS.replayed) * (1 + (more > 1 ? more : 0));
  const tokens = stairs(number('longest'), number('points')) * number('rival_window') * (1 + replaying);
  const runs = number('seeds') + (number('rival_rate') ? 0 : RIVALS.tried);
  return runs * tokens * number('rival_layers') * width * (MS.token + MS.square * width);
}

/** About how many milliseconds the work takes. */
const EFFORTS: Record<Id, (plan: Plan) => number> = {
  errors: (plan) => machines(plan, 2 * stairs(plan.number('longest'), plan.number('points'))),
  repeated: (plan) => machines(plan, 2 * REPEATED),
  capacity: ({ number }) => {
    const recalled = (number('noise') ? 2 : 1) * stairs(number('stored'), number('points'));
    const each = number('decoders') * number('inputs_active') * MS.memory;
    return number('seeds') * (number('stored') + recalled) * each;
  },
  kanerva: ({ number }) => {
    const alone = number('words') + stairs(number('words'), number('points'));
    const noisy = DISTANCE.loads * (number('points') + 1) * DISTANCE.cues * DISTANCE.reads;
    return number('seeds') * (alone + noisy) * number('locations') * number('bits') * MS.bit;
  },
  rivals: transformers,
  recall: (plan) => {
    const symbols = 2 * stairs(plan.number('longest'), plan.number('points'));
    // Beside the transformer everything is learned twice; here what comes again is only asked.
    return machines(plan, symbols) + transformers(plan) / 2;
  },
};

/** One digit: more would promise too much. */
const digit = (value: number) => Number(value.toPrecision(1));

function lasting(id: Id, plan: Plan): string {
  const seconds = EFFORTS[id](plan) / 1000;
  const about =
    seconds < 90
      ? `${digit(seconds)} s`
      : seconds < 5400
        ? `${digit(seconds / 60)} min`
        : `${digit(seconds / 3600)} h`;
  return `${seconds < 2 ? 'A second or two' : `About ${about}`} where it was measured, on one core of a processor.`;
}

export function planOf(context: SequenceContext): TemplateResult {
  const id = context.settled.values.experiment as Id;
  const plan = planned(context);
  return html`<p class="plan" data-testid="experiment-plan">
    ${SENTENCES[id](plan)} <span class="quiet">${lasting(id, plan)}</span>
  </p>`;
}
