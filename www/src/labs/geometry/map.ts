/** Part `map`: what a learner makes of a graph, beside the graph on paper. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Figure } from '../../figure/figure';
import { keyView } from '../../figure/key';
import '../../figure/lab-figure';
import { tableView, written } from '../../figure/table';
import { count } from '../../ui/format';
import { parts, type Part } from '../../ui/part';
import '../../ui/parts.css';
import { runPicker } from '../../ui/run-picker';
import { figureText } from '../../ui/text';
import type { MapAnswer, NearestAnswer } from '../../engine/types';
import { isOpen, isOther, lookKey, type GeometryContext } from './context';
import './geometry.css';
import { graphFigure, mapFigure } from './map-figures';

interface State {
  /** The node that was picked, and the one that is pointed at in either drawing. */
  node: number | null;
  pointed: number | null;
  drawn: Drawn | null;
}

/** Figures are made once for an answer: what is only pointed at changes none. */
interface Drawn {
  map: MapAnswer;
  near: NearestAnswer | null;
  figures: [Figure, Figure];
}

interface Asked {
  map: MapAnswer;
  nearest: NearestAnswer;
}

type Own = Part<GeometryContext, State, Asked>;

const mapKey = lookKey('map');

export const mapPart = parts<GeometryContext, State, Asked>({
  tag: 'lab-map',
  id: 'map',
  title: 'From a graph to a map',
  note: ({ recording, step }) => (recording ? `step ${count(step)}` : 'nothing is trained yet'),
  state: () => ({ node: null, pointed: null, drawn: null }),
  asks: {
    map: { ask: ({ client, run }) => client.ask('map', { run }), key: mapKey },
    nearest: {
      ask: ({ client, run }, { node }) => client.ask('map.nearest', { run, node: node ?? 0 }),
      key: (context, { node }) => {
        const { settings, moment } = mapKey(context);
        return node === null || !isOpen(context) ? null : { settings: `${settings} ${node}`, moment };
      },
    },
  },
  body: (part) => {
    const { map, nearest } = part.asked;
    const picked = part.state.node !== null && nearest.fresh;
    const wrong = map.fresh && (map.refused || (picked && nearest.refused));
    const drawn = map.answer && draw(isOther(part.context) ? alone(map.answer) : map.answer, part);
    return html`<div class="fields">${runPicker(part.context, 'map')}</div>
      <p class="refused" role="status">${wrong ? html`<span class="wrong">${wrong}</span>` : nothing}</p>
      ${drawn ? drawings(drawn, part) : html`<p class="help waits">Drawn while it is in view.</p>`}`;
  },
});

/** The graph without the map. */
const bare = new WeakMap<MapAnswer, MapAnswer>();
function alone(map: MapAnswer): MapAnswer {
  const about = 'The open run is of another graph. Press Train for this one.';
  const known = bare.get(map) ?? { ...map, axes: [], points: new Float32Array(), about };
  bare.set(map, known);
  return known;
}

/** What is nearest to the node that is picked, in this map. */
function nearestIn({ points, nodes }: MapAnswer, { state, asked, context }: Own): NearestAnswer | null {
  const { answer } = asked.nearest;
  const told = answer !== null && answer.node === state.node && isOpen(context) && points.length > 0;
  return told && [answer, ...answer.nearest].every(({ node }) => node < nodes.length) ? answer : null;
}

function draw(map: MapAnswer, part: Own): Drawn {
  const { state } = part;
  const near = nearestIn(map, part);
  if (state.drawn?.map !== map || state.drawn.near !== near)
    state.drawn = { map, near, figures: [mapFigure(map, near), graphFigure(map, near)] };
  return state.drawn;
}

function drawings({ map, near, figures }: Drawn, { state, context, set }: Own): TemplateResult {
  return html`<div class="two">
      ${figures.map(
        (figure) =>
          html`<section aria-labelledby="title-figure-${figure.name}">
            <h3 id="title-figure-${figure.name}">${figure.title}</h3>
            <lab-figure
              data-testid="figure-${figure.name}"
              .figure=${figure}
              .link=${context.link}
              .pointed=${state.pointed ?? state.node}
              @point=${({ detail }: CustomEvent<number | null>) => set({ pointed: detail })}
              @chosen=${({ detail }: CustomEvent<number>) => set({ node: detail })}
            ></lab-figure>
          </section>`,
      )}
    </div>
    ${keyView(figures[1])}
    <p class="help">
      <span data-testid="map-about">${map.about}</span> Pick a node in either drawing to see which it is
      nearest to.
    </p>
    ${near ? nearestTable(near) : nothing}`;
}

function nearestTable({ name, neighbours, nearest: all }: NearestAnswer): TemplateResult {
  return tableView({
    title: `Nearest to ${name}`,
    note: `by cosine; it has ${neighbours} neighbours in the graph`,
    testId: 'nearest',
    rows: all.length,
    look: 'facts',
    columns: [
      written('node', 'Node', (row) => all[row]?.name ?? '', true),
      written('cosine', 'Cosine', (row) => figureText(all[row]?.cosine)),
      written('hops', 'Hops', (row) => String(all[row]?.hops ?? 'no way')),
    ],
  });
}
