/** Part `dial`: a space that is turned by hand, and what a map makes of it. */

import { html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { roomy, tick } from '../../figure/axis';
import type { Figure, Group, Line, Mark, Panel } from '../../figure/figure';
import { figureView, type Pulled } from '../../figure/lab-figure';
import { precise } from '../../figure/print';
import { numbers, type Table } from '../../figure/table';
import { field } from '../../ui/fields';
import { mark } from '../../ui/palette';
import { parts } from '../../ui/part';
import type { PartContext } from '../../ui/part-context';
import '../../ui/parts.css';
import { slider, type SliderContext } from '../../ui/slider';
import type { DialAnswer } from '../../engine/types';
import { brief } from '../../ui/text';

const HEIGHT_PX = 300;
/** How far out the handle stands, beside the longest vector. */
const HANDLE = 1.1;
const KINDS = [
  { key: 'x', name: 'X', label: 'X, the sequence', colour: '--series-1', shape: 'circle' },
  { key: 'z', name: 'Z', label: 'Z, the knowledge', colour: '--series-2', shape: 'square' },
  { key: 'y', name: 'f', label: 'f(XQ, ZQ)', colour: '--series-3', shape: 'triangle' },
  { key: 'ghost', name: 'f·Q', label: 'f(X, Z)Q, the ghost', colour: '--ink', shape: 'diamond' },
] as const;

export const dialPart = parts<PartContext, undefined, { one: DialAnswer }>({
  tag: 'lab-dial',
  id: 'dial',
  title: 'Turn the space',
  note: () => 'weights are drawn, nothing is trained',
  asks: { one: { ask: ({ client }) => client.ask('dial', {}) } },
  body: ({ context, sliders, asked: { one } }) => {
    const { answer, refused, fresh } = one;
    const { link } = context;
    return html`<div class="fields">
        ${field('map', 'dial', context)} ${slider('angle', sliders, { step: 1 })}
      </div>
      <p class="refused" role="status">
        ${fresh && refused ? html`<span class="wrong">${refused}</span>` : nothing}
      </p>
      ${
        answer
          ? html`<p data-testid="dial-error">${said(answer)}</p>
              <div class="two" @pulled=${({ detail }: CustomEvent<Pulled>) => pull(detail, sliders)}>
                ${guard([answer, link], () => figureView(pointsOf(answer), link))}
                ${guard([answer, link], () => figureView(curvesOf(answer), link))}
              </div>
              <p class="help">
                A map respects the turn if its output turns along: then f(XQ, ZQ) lies on its ghost.
              </p>
              <div class="fields">${field('space', 'dial', context)}</div>`
          : html`<p class="help waits">Drawn while it is in view.</p>`
      }`;
  },
});

function said({ label, error }: DialAnswer): string {
  if (error === null) return `${label} has no output without knowledge.`;
  return error <= 1e-12
    ? `${label}: the output turns along. Relative error ${brief(error)}: rounding.`
    : `${label}: the output departs from its ghost. Relative error ${brief(error)}.`;
}

/** The handle stands at the angle to which the pointer has dragged it. */
function pull({ place: [x, y], done }: Pulled, { edits }: SliderContext) {
  const degrees = String((Math.round((Math.atan2(y, x) * 180) / Math.PI) + 360) % 360);
  if (done) edits.release('angle', degrees);
  else edits.drag('angle', degrees);
}

interface Point {
  name: string;
  group: number;
  at: number[];
  /** Where it is drawn. */
  drawn: number[];
}

const longest = (all: number[][]) => Math.max(0, ...all.map((at) => Math.hypot(...at)));

/** Outputs that are short beside their inputs are drawn so many times as long, whatever the angle. */
function factorOf({ x, z, ghost }: DialAnswer): number {
  const most = longest([...x, ...z]) / longest(ghost);
  return [20, 10, 5, 2].find((factor) => Number.isFinite(most) && factor <= most) ?? 1;
}

function pointsOf(answer: DialAnswer): Figure {
  const factor = factorOf(answer);
  const outputs = (group: number) => group > 1;
  const drawn = (at: number[], group: number) => (outputs(group) ? at.map((value) => value * factor) : at);
  const all: Point[] = KINDS.flatMap(({ key, name }, group) =>
    answer[key].map((at, i) => ({ name: `${name} ${i + 1}`, group, at, drawn: drawn(at, group) })),
  );
  const deep = answer.space === 3;
  const most = Math.max(1, longest(all.map((point) => point.drawn)));
  // In the plane that is turned, outside of all points.
  const radians = (answer.angle * Math.PI) / 180;
  const at = [Math.cos(radians), Math.sin(radians), 0].map((value) => value * HANDLE * most);
  const handle: Point = { name: 'Handle', group: KINDS.length, at, drawn: at };
  const drawnAll = [...all, handle];
  const coordinate = (i: number) => drawnAll.map((point) => point.drawn[i] ?? NaN);
  const exact = (i: number) => all.map(({ at }) => at[i] ?? NaN);
  const [x, y] = [coordinate(0), coordinate(1)];
  const third = deep ? { z: coordinate(2) } : {};
  const reach = 1.08 * HANDLE * most;
  const range = [-reach, reach] as const;
  const times = (group: number) => (outputs(group) && factor > 1 ? `, drawn ${factor} times as long` : '');
  const groups: Group[] = KINDS.map(({ label, colour, shape }, group) => ({
    label: `${label}${times(group)}`,
    colour,
    shape,
  }));
  groups.push({ label: 'handle, to turn by', colour: '--series-4', shape: 'circle' });
  const from = (i: number) => answer.y.map((at) => factor * (at[i] ?? NaN));
  const to = (i: number) => answer.ghost.map((at) => factor * (at[i] ?? NaN));
  const marks: Mark[] = [
    {
      kind: 'link',
      id: 'apart',
      x1: from(0),
      y1: from(1),
      x2: to(0),
      y2: to(1),
      ...(deep ? { z1: from(2), z2: to(2) } : {}),
      style: () => ({ colour: '--ink', width: 1, dash: [2, 3] }),
    },
    {
      kind: 'link',
      id: 'hand',
      x1: [0],
      y1: [0],
      x2: [at[0] ?? 0],
      y2: [at[1] ?? 0],
      ...(deep ? { z1: [0], z2: [0] } : {}),
      style: () => ({ colour: '--series-4', width: 1.5 }),
    },
    { kind: 'dot', x, y, ...third, groups, groupOf: drawnAll.map(({ group }) => group), size: 5 },
  ];
  const axis = (i: number) => ({ title: `coordinate ${i + 1}`, range, format: tick });
  const flat: Panel = { x: axis(0), y: axis(1), height: HEIGHT_PX, marks };
  const panel: Panel = deep ? { ...flat, z: axis(2) } : { ...flat, square: true };
  const table: Table = {
    title: 'Points',
    file: 'dial-points',
    rows: all.length,
    columns: [
      { name: 'point', label: 'Point', value: (row) => all[row]?.name, words: true },
      ...(deep ? [0, 1, 2] : [0, 1]).map((i) => numbers('xyz'[i] ?? '', 'xyz'[i] ?? '', exact(i), precise)),
    ],
  };
  return {
    name: 'dial-points',
    title: `${answer.label}, turned`,
    summary: `${said(answer)} The table below has every point.`,
    empty: 'There is nothing to turn.',
    panels: [panel],
    reading: {
      by: 'point',
      x,
      y,
      ...third,
      rows: groups.map((_, group) => drawnAll.flatMap((point, i) => (point.group === group ? [i] : []))),
      words: (i) =>
        i === all.length
          ? `Handle: turned by ${tick(answer.angle)}°. Drag it, or move the slider.`
          : `${all[i]?.name}: ${all[i]?.at.map(precise).join(', ')}`,
    },
    handle: all.length,
    tables: [table],
  };
}

function curvesOf({ curves, angles }: DialAnswer): Figure {
  const lines = curves.map(({ map, label, errors }, place): Line => ({
    kind: 'line',
    id: map,
    label,
    mark: mark(place + 1),
    x: angles,
    y: errors,
  }));
  const title = 'Error against angle';
  return {
    name: 'dial-errors',
    title,
    summary: `Relative error of ${lines.length} maps at angles from 0 to 360 degrees. The table below has each.`,
    empty: 'No map is chosen.',
    panels: [
      {
        x: { title: 'Angle (°)', range: [0, 360], ticks: [0, 90, 180, 270, 360] },
        y: {
          title: 'Relative error',
          range: roomy(
            curves.flatMap(({ errors }) => errors),
            true,
          ),
        },
        height: HEIGHT_PX,
        marks: lines,
      },
    ],
    reading: {
      by: 'x',
      x: angles,
      words: (i) =>
        `${angles[i]}°: ${curves.map(({ label, errors }) => `${label} ${brief(errors[i])}`).join('; ')}`,
    },
    tables: [
      {
        title,
        file: 'dial-errors',
        rows: angles.length,
        columns: [
          numbers('angle', 'Angle', angles, String),
          ...curves.map(({ map, label, errors }) => numbers(map, label, errors, brief)),
        ],
      },
    ],
  };
}
