/** Part `context`: a mixture as what it is, drawn, brought or changed by hand. */

import { html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { roomy, tick } from '../../figure/axis';
import type { Dots, Figure, Line } from '../../figure/figure';
import { nearestOf } from '../../figure/hit';
import { figureView } from '../../figure/lab-figure';
import { precise } from '../../figure/print';
import { numbers, single } from '../../figure/table';
import type { ContextAnswer } from '../../engine/types';
import { count } from '../../ui/format';
import { field, propertyOf } from '../../ui/fields';
import { selectField } from '../../ui/options';
import { mark } from '../../ui/palette';
import { part, type Asking } from '../../ui/part';
import { keyOf } from '../../ui/part-key';
import '../../ui/parts.css';
import type { LookedAt } from '../../ui/run-picker';
import { figureText, share } from '../../ui/text';
import './mixtures.css';

interface State {
  /** Which of the held-out contexts. */
  at: number;
  /** The cloud that is changed by hand; none at first. */
  cloud: number | null;
  /** What has been set by hand lately, one after the other. */
  sent: readonly string[];
  /** How often each token stands there, and how often they were put in another order. */
  copies: number;
  permuted: number;
}

/** With how its tokens were to stand. */
type Answer = ContextAnswer & Pick<State, 'copies' | 'permuted'>;

type Own = Asking<LookedAt, Answer, State>;

/** What is set by hand goes up to so many times the mean, in such steps. */
const [MOST, STEP] = [4, 0.05];
/** An answer to what was set by hand is at most so many changes late. */
const LATE = 1024;

export const contextPart = part<LookedAt, Answer, State>({
  tag: 'lab-context',
  id: 'context',
  title: 'A context is a mixture',
  note: ({ settled }) => (settled.values.densities ? 'your own' : 'held out from training'),
  intro: html`Each cloud is a density over z, with a tag; a context holds all of them at once. Tokens are
  drawn from it, or the places of z stand for it with their weights: the exact integral.`,
  state: () => ({ at: 0, cloud: null, sent: [], copies: 1, permuted: 0 }),
  key: (context, { at, copies, permuted }) => ({
    settings: `${keyOf(context, 'context')} ${at} ${copies} ${permuted}`,
    moment: '',
  }),
  ask: async ({ client }, { at, copies, permuted }) => ({
    ...(await client.ask('context', { at, copies, permuted })),
    copies,
    permuted,
  }),
  controls: (own) => controls(own),
  found: (answer, own) => {
    const { context } = own;
    const hand = byHand(own);
    return html`<div @pressed=${({ detail }: CustomEvent<Pressed>) => hand && drag(detail, hand, own)}>
        ${guard([answer, hand?.text, hand?.cloud, context.link], () =>
          figureView(figureOf(answer, hand), context.link),
        )}
      </div>
      <p class="help" data-testid="context-change">${changeWords(answer)}</p>
      <p class="help" data-testid="context-about">
        ${context.settled.values.densities ? ownWords(answer) : words(answer)}
      </p>`;
  },
});

/** What was set by hand, if anything of the present mixture was. */
function mineOf({ context, state }: Own): readonly string[] {
  const now = context.settled.values.densities ?? '';
  // What was set by hand is changed on, and not what became of it: an answer may be on its way.
  return now === '' || state.sent.includes(now) ? state.sent : [];
}

/** The cloud that is changed by hand, in the rows of a table: z and a density of each cloud. */
interface Hand {
  cloud: number;
  text: string;
  rows: readonly (readonly number[])[];
}

function byHand(own: Own): Hand | null {
  const { state, answer } = own;
  const text = mineOf(own).at(-1) ?? answer?.text ?? '';
  const clouds = answer ? answer.densities.length / answer.z.length : 0;
  const { cloud } = state;
  if (!text || cloud === null || cloud >= clouds) return null;
  return { cloud, text, rows: text.split(';').map((row) => row.trim().split(/\s+/).map(Number)) };
}

/** A density of a row, as the text of the whole table then is. */
const changed = ({ rows, cloud }: Hand, row: number, value: number): string =>
  rows
    .map((own, i) => own.map((old, j) => (i === row && j === cloud + 1 ? value : old)).join(' '))
    .join('; ');

/** Where the pointer is down in the drawing. */
interface Pressed {
  x: number;
  y: number;
}

/** The point that is nearest along z goes to the height of the pointer. */
function drag({ x, y }: Pressed, hand: Hand, own: Own) {
  const row = nearestOf(hand.rows.length, Infinity, (i) => Math.abs((hand.rows[i]?.[0] ?? Infinity) - x));
  if (row === null) return;
  const value = Number((Math.round(Math.min(MOST, Math.max(0, y)) / STEP) * STEP).toFixed(2));
  if (hand.rows[row]?.[hand.cloud + 1] === value) return;
  const text = changed(hand, row, value);
  own.set({ sent: [...mineOf(own), text].slice(-LATE) });
  own.sliders.edits.drag('densities', text);
}

function controls(own: Own) {
  const { context, state, set, answer } = own;
  const clouds = answer ? answer.densities.length / answer.z.length : 0;
  const change = (text: string) => {
    set({ sent: text ? [...mineOf(own), text].slice(-LATE) : [] });
    context.change('densities', text);
  };
  const hand = byHand(own);
  const tokens = propertyOf(context, 'tokens')?.kind;
  const most = tokens?.type === 'integer' ? tokens.max : 0;
  const moved = state.copies > 1 || state.permuted > 0;
  const button = (id: string, label: string, press: () => void, disabled = false) =>
    html`<button type="button" class="small" data-testid=${id} ?disabled=${disabled} @click=${press}>
      ${label}
    </button>`;
  return html`<div class="fields">
      ${field('tokens', 'context', context)}
      ${
        context.settled.values.densities
          ? button('context-drawn', 'Back to drawn contexts', () => change(''))
          : button('context-next', 'Another context', () =>
              set({ at: (state.at + 1) % Number(context.settled.values.held_out) }),
            )
      }
      ${selectField('Change by hand', {
        id: 'context-cloud',
        testId: 'context-cloud',
        options: [
          { value: '', label: 'nothing' },
          ...Array.from({ length: clouds }, (_, i) => ({ value: String(i), label: `cloud ${i + 1}` })),
        ],
        value: state.cloud === null || state.cloud >= clouds ? '' : String(state.cloud),
        change: (value) => set({ cloud: value === '' ? null : Number(value) }),
      })}
    </div>
    <div class="fields">
      ${button('context-permute', 'Permute the tokens', () => set({ permuted: state.permuted + 1 }))}
      ${button(
        'context-repeat',
        'Repeat all tokens twice',
        () => set({ copies: 2 * state.copies }),
        2 * (answer?.places.length ?? 0) > most,
      )}
      ${moved ? button('context-as-drawn', 'As drawn', () => set({ copies: 1, permuted: 0 })) : nothing}
    </div>
    ${hand ? equaliser(hand, change) : nothing}`;
}

/** A slider for each place of z. */
function equaliser(hand: Hand, change: (text: string) => void) {
  const { rows, cloud } = hand;
  const set = (row: number, value: number) => change(changed(hand, row, value));
  return html`<p class="help by-hand">Drag the points in the drawing, or move the sliders.</p>
    <div class="equaliser" role="group" aria-label="Density of cloud ${cloud + 1}, by place">
      ${rows.map(
        ([z = 0, ...values], row) =>
          html`<label
            ><input
              type="range"
              min="0"
              max=${MOST}
              step=${STEP}
              .value=${String(Math.min(MOST, values[cloud] ?? 0))}
              aria-label="Density at z = ${tick(z)}"
              data-testid="density-${row}"
              @change=${(event: Event) => set(row, Number((event.target as HTMLInputElement).value))}
            />${tick(Math.round(z * 100) / 100)}</label
          >`,
      )}
    </div>`;
}

/** What another order and more copies of the tokens change, as it was measured. */
function changeWords({ change, places, copies, permuted }: Answer) {
  if (!change)
    return 'Attention sees the tokens as a measure: permute or repeat them, and see what that changes in its output.';
  const how = [permuted ? 'in another order' : '', copies > 1 ? `each ${count(copies)} times` : ''];
  const { by, allowed } = change;
  return (
    `${count(places.length)} tokens, ${how.filter(Boolean).join(', ')}: asked by every tag, the output of untrained softmax attention ` +
    `changes by at most ${by.toExponential(1)} of its largest value. Rounding may change ${allowed.toExponential(0)}: ` +
    (by <= allowed ? 'this is nothing.' : 'this is more.')
  );
}

/** Of the law that contexts are drawn by nothing is said: this one is not. */
const ownWords = ({ about, z, densities }: ContextAnswer) =>
  `${about} ${densities.length / z.length} clouds, each made to have the mean one. Training draws contexts by its law, not this one.`;

function words({ about, clipped, queryOnly, blur, exchanged, spreads }: ContextAnswer): string {
  const law = clipped
    ? `${share(clipped)} of the law’s densities are clipped at zero, and their coefficients cannot be seen whole.`
    : 'No density of this law is clipped.';
  return (
    `${about} ${law} The first coefficients have the spreads ${spreads.map(precise).join(', ')}. Of the answers’ variance ` +
    `${precise(queryOnly)} is left to who knows the tag alone, ${precise(blur)} to who sees the mixture without tags; ` +
    `faultless recall has ${precise(exchanged)} when queries are exchanged.`
  );
}

function figureOf(answer: ContextAnswer, hand: Hand | null): Figure {
  const { z, densities, angles, answers, places, clouds, about } = answer;
  const components = densities.length / z.length;
  const of = (cloud: number) => Array.from(densities.slice(cloud * z.length, (cloud + 1) * z.length), single);
  const all = Array.from({ length: components }, (_, cloud) => of(cloud));
  const mixture = z.map((_, i) => all.reduce((sum, own) => sum + (own[i] ?? 0), 0) / components);
  const most = Math.max(...all.flat());
  const name = (cloud: number) => {
    const angle = angles[cloud];
    return `cloud ${cloud + 1}${angle === undefined ? '' : `, tag at ${Math.round(angle)}°`}`;
  };
  const lines: Line[] = all.map((y, cloud) => ({
    kind: 'line',
    id: `cloud-${cloud + 1}`,
    label: name(cloud),
    mark: mark(cloud + 1),
    x: z,
    y,
  }));
  const whole: Line = { kind: 'line', id: 'mixture', label: 'mixture', mark: mark(0), x: z, y: mixture };
  const x = Array.from(places, single);
  const rug: Dots = {
    kind: 'dot',
    x,
    y: x.map((_, i) => -0.04 * most * (1 + (clouds[i] ?? 0) / components)),
    groups: all.map((_, cloud) => ({ label: name(cloud), colour: mark(cloud + 1).colour, shape: 'circle' })),
    groupOf: clouds,
    size: 1.5,
    opacity: 0.6,
  };
  const points: Dots[] = hand
    ? [
        {
          kind: 'dot',
          x: hand.rows.map(([place = NaN]) => place),
          y: hand.rows.map((row) => row[hand.cloud + 1] ?? NaN),
          groups: [{ label: 'to be dragged', colour: mark(hand.cloud + 1).colour, shape: 'circle' }],
          size: 5,
        },
      ]
    : [];
  const asked = (cloud: number) =>
    answers[cloud] === undefined
      ? ''
      : `; asked for its tag, the answer is ${precise(answers[cloud] ?? NaN)}`;
  return {
    name: 'context',
    title: 'Clouds of a context',
    note: about,
    summary: `${components} densities over z from 0 to 1, their mixture, and ${count(x.length)} tokens drawn from it. ${all
      .map((_, cloud) => `${name(cloud)}${asked(cloud)}`)
      .join('. ')}.`,
    empty: 'This context has no clouds.',
    panels: [
      {
        x: { title: 'z', range: [0, 1], format: tick },
        y: {
          title: 'Density',
          range: [-0.09 * most, Math.max(hand ? MOST : 0, roomy([most], true)[1])],
          format: (y) => (y < 0 ? '' : tick(y)),
        },
        height: 240,
        marks: [...lines, whole, rug, ...points],
      },
    ],
    reading: {
      by: 'x',
      x: z,
      start: 0,
      words: (at) =>
        `z ${precise(z[at] ?? NaN)}: mixture ${figureText(mixture[at])}, ` +
        all.map((own, cloud) => `cloud ${cloud + 1} ${figureText(own[at])}`).join(', '),
    },
    tables: [
      {
        title: 'Densities',
        rows: z.length,
        file: 'context',
        columns: [
          numbers('z', 'z', z, precise),
          ...all.map((own, cloud) => numbers(`cloud-${cloud + 1}`, `Cloud ${cloud + 1}`, own, figureText)),
        ],
      },
    ],
  };
}
