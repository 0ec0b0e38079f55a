/** Part `paths`: which arms' paths are held out, and which first steps a run finds, now. */

import { html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { roomy } from '../../figure/axis';
import type { Dots, Figure, Group, Links, Mark } from '../../figure/figure';
import { keyView } from '../../figure/key';
import { precise } from '../../figure/print';
import { numbers, single, type Table } from '../../figure/table';
import '../../figure/lab-figure';
import { count } from '../../ui/format';
import { part } from '../../ui/part';
import '../../ui/parts.css';
import { runPicker } from '../../ui/run-picker';
import { share } from '../../ui/text';
import type { PathsAnswer } from '../../engine/types';
import './geometry.css';
import { lookKey, type GeometryContext } from './context';

/** How an arm stands: what is held out is found, or not, or not asked; or it is taught. */
const STATES: readonly Group[] = [
  { label: 'taught', colour: '--muted', shape: 'circle' },
  { label: 'held out, found', colour: '--series-5', shape: 'square' },
  { label: 'held out, not found', colour: '--series-2', shape: 'diamond' },
  { label: 'held out, not asked', colour: '--series-1', shape: 'triangle' },
];
const SIDE_PX = 340;
/** From here on a name has no room. */
const FEW = 60;

const overPaths = ({ settled }: GeometryContext) => settled.values.experiment === 'paths';

export const pathsPart = part<GeometryContext, PathsAnswer>({
  tag: 'lab-paths',
  id: 'paths',
  title: 'Paths that were not taught',
  note: ({ recording, step }) => (recording ? `step ${count(step)}` : 'nothing is trained yet'),
  intro: html`Every arm of the star is one question: from its leaf, which first node leads there? The paths of
  some arms are taught, those of the others are held out; their edges are taught like all others.`,
  key: (context) => (overPaths(context) ? lookKey('paths')(context) : null),
  waits: ({ context }) =>
    overPaths(context)
      ? ''
      : html`<p class="help waits">
          Start from a preset of paths in the settings: here nodes are taught, and no paths.
        </p>`,
  ask: ({ client, run }) => client.ask('paths', { run }),
  controls: ({ context }) => html`<div class="fields">${runPicker(context, 'paths')}</div>`,
  found: (answer, { context }) => guard([answer, context.link], () => drawings(answer, context.link)),
});

function drawings(answer: PathsAnswer, link: string) {
  const states = statesOf(answer);
  const figures = [starFigure(answer, states), ...(answer.asked.length ? [stepFigure(answer, states)] : [])];
  const of = (state: number) => states.filter((own) => own === state).length;
  const [found, missed] = [of(1), of(2)];
  return html`<div class="two">
      ${figures.map(
        (figure) =>
          html`<section aria-labelledby="title-figure-${figure.name}">
            <h3 id="title-figure-${figure.name}">${figure.title}</h3>
            <lab-figure data-testid="figure-${figure.name}" .figure=${figure} .link=${link}></lab-figure>
          </section>`,
      )}
    </div>
    ${figures[0] ? keyView(figures[0]) : nothing}
    <p class="help" data-testid="paths-about">
      ${answer.about}.
      ${
        answer.asked.length
          ? `Of ${count(found + missed)} held-out paths that are asked the first step of ${count(found)} is found, ` +
            `${share(found / (found + missed))}; a guess finds ${share(answer.chance)}.`
          : nothing
      }
    </p>`;
}

/** State of each arm, a place in `STATES`. */
function statesOf({ heldOut, asked, found }: PathsAnswer): number[] {
  const answers = new Map(asked.map((arm, i) => [arm, found[i] === true]));
  return heldOut.map((out, arm) => (!out ? 0 : !answers.has(arm) ? 3 : answers.get(arm) ? 1 : 2));
}

/** Those that are held out stand together, so that their share is seen. */
function starFigure(answer: PathsAnswer, states: number[]): Figure {
  const { heldOut, asked } = answer;
  const arms = [...heldOut.keys()];
  const order = [...arms.filter((arm) => heldOut[arm]), ...arms.filter((arm) => !heldOut[arm])];
  const place = new Map(order.map((arm, at) => [arm, at]));
  const angle = (arm: number) => (2 * Math.PI * (place.get(arm) ?? 0)) / arms.length;
  const x = arms.map((arm) => Math.sin(angle(arm)));
  const y = arms.map((arm) => Math.cos(angle(arm)));
  const zero = arms.map(() => 0);
  const colour = (arm: number) => STATES[states[arm] ?? 0]?.colour ?? '--muted';
  const width = Math.max(0.6, Math.min(2, 240 / arms.length));
  const links: Links = {
    kind: 'link',
    id: 'arm',
    x1: zero,
    y1: zero,
    x2: x,
    y2: y,
    style: (arm) => ({ colour: colour(arm), width, opacity: states[arm] ? 0.9 : 0.35 }),
  };
  const size = arms.length <= FEW ? 5 : 2.5;
  const dots: Dots = { kind: 'dot', x, y, groups: present(states), groupOf: grouped(states), size };
  const axis = { title: '', range: [-1.1, 1.1] as const, bare: true };
  const number = asked.length ? 'The tables below have every arm.' : 'The table below has every arm.';
  const held = heldOut.filter(Boolean).length;
  return {
    name: 'star',
    title: asked.length ? 'What is found of the star' : 'What is held out of the star',
    note: answer.about,
    summary: `A star of ${arms.length} arms; the paths of ${held} are held out. ${number}`,
    empty: 'This star has no arms.',
    named: true,
    panels: [{ x: axis, y: axis, square: true, height: SIDE_PX, marks: [links, dots] }],
    reading: { by: 'point', x, y, rows: [order], words: (arm) => words(answer, states, arm) },
    tables: [armTable(answer, states)],
  };
}

/** Only states that there are, so that no other stands in the legend. */
const present = (states: readonly number[]): Group[] => STATES.filter((_, state) => states.includes(state));
function grouped(states: readonly number[]): number[] {
  const there = STATES.flatMap((_, state) => (states.includes(state) ? [state] : []));
  return states.map((state) => there.indexOf(state));
}

/** The first step beside the geometry: a point for each arm that is asked. */
function stepFigure(answer: PathsAnswer, states: number[]): Figure {
  const { asked, probability, cosine, chance, about } = answer;
  const x = Array.from(cosine, single);
  const y = Array.from(probability, single);
  const own = asked.map((arm) => states[arm] ?? 0);
  const dots: Mark = {
    kind: 'dot',
    x,
    y,
    groups: present(own),
    groupOf: grouped(own),
    size: 3,
    opacity: 0.7,
  };
  return {
    name: 'steps',
    title: 'First step, and leaf beside first node',
    note: about,
    summary:
      `${asked.length} arms: the cosine of leaf and first node, and the probability of the right first step. ` +
      'The table below has each.',
    empty: 'Nothing is asked yet.',
    named: true,
    panels: [
      {
        x: { title: 'Cosine of leaf and first node', range: roomy([...x, 0, 1]) },
        y: { title: 'Probability of the right first step', range: [-0.03, 1.03] },
        height: SIDE_PX,
        marks: [{ kind: 'rule', axis: 'y', at: chance, label: `guessing, ${share(chance)}` }, dots],
      },
    ],
    reading: { by: 'point', x, y, rows: [[...x.keys()]], words: (i) => words(answer, states, asked[i] ?? 0) },
    tables: [armTable(answer, states)],
  };
}

function words({ asked, probability, cosine }: PathsAnswer, states: number[], arm: number): string {
  const at = asked.indexOf(arm);
  const state = STATES[states[arm] ?? 0]?.label ?? '';
  const told =
    at < 0
      ? ''
      : `, probability of its first step ${precise(probability[at] ?? NaN)}, ` +
        `cosine of leaf and first node ${precise(cosine[at] ?? NaN)}`;
  return `Arm ${arm + 1}: ${state}${told}`;
}

function armTable({ heldOut, asked, probability, cosine }: PathsAnswer, states: number[]): Table {
  const place = new Map(asked.map((arm, i) => [arm, i]));
  const of = (values: ArrayLike<number>) =>
    heldOut.map((_, arm) => single(values[place.get(arm) ?? -1] ?? NaN));
  return {
    title: 'Arms of the star',
    file: 'arms',
    rows: heldOut.length,
    columns: [
      numbers(
        'arm',
        'Arm',
        heldOut.map((_, arm) => arm + 1),
        count,
      ),
      { name: 'state', label: 'State', value: (row) => STATES[states[row] ?? 0]?.label, words: true },
      numbers('probability', 'First step', of(probability), precise),
      numbers('cosine', 'Cosine of leaf and first node', of(cosine), precise),
    ],
  };
}
