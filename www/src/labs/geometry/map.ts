/** Part `map`: what a learner makes of a graph, beside the graph on paper. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Figure } from '../../figure/figure';
import { keyView } from '../../figure/key';
import '../../figure/lab-figure';
import { tableView, written } from '../../figure/table';
import { count } from '../../ui/format';
import { field } from '../../ui/fields';
import { check } from '../../ui/options';
import { parts, type Part } from '../../ui/part';
import '../../ui/parts.css';
import { filePicker } from '../../ui/picker';
import { runPicker } from '../../ui/run-picker';
import { figureText } from '../../ui/text';
import type { MapAnswer, NearestAnswer } from '../../engine/types';
import { isOpen, isOwn, lookKey, tables, takeTable, type GeometryContext } from './context';
import './geometry.css';
import { graphFigure, mapFigure } from './map-figures';

/** More learners than that are looked at one after the other. */
const MOST_BESIDE = 6;

interface State {
  /** Whether the maps of all learners stand side by side. */
  beside: boolean;
  /** The node that was picked, and the one that is pointed at in either drawing. */
  node: number | null;
  pointed: number | null;
  drawn: Drawn | null;
  /** Why a table was not taken. */
  unread: string;
}

/** Figures are made once for an answer: what is only pointed at changes none. */
interface Drawn {
  map: MapAnswer;
  near: NearestAnswer | null;
  /** The map that is looked at, the graph on paper, and the maps of the other learners. */
  figures: [Figure, Figure, ...Figure[]];
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
  note: (context) => {
    const { recording, step } = context;
    if (isOwn(context)) return 'a table of your own';
    return recording ? `step ${count(step)}` : 'nothing is trained yet';
  },
  state: () => ({ node: null, pointed: null, drawn: null, beside: true, unread: '' }),
  asks: {
    map: {
      ask: (context, state) =>
        context.client.ask('map', { run: context.run, beside: besides(context, state) }),
      key: (context, state) => {
        const { settings, moment } = mapKey(context);
        return { settings: `${settings} ${besides(context, state)}`, moment };
      },
    },
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
    const drawn = map.answer && draw(map.answer, part);
    const several = few(part.context)
      ? check('All learners side by side', part.state.beside, (beside) => part.set({ beside }), 'beside')
      : nothing;
    const own = isOwn(part.context);
    const choose = own || tables.has(part.context.client) ? field('embedding', 'map', part.context) : nothing;
    return html`<div class="fields">
        ${own ? nothing : html`${runPicker(part.context, 'map')} ${several}`} ${choose}
      </div>
      <p class="refused" role="status">${wrong ? html`<span class="wrong">${wrong}</span>` : nothing}</p>
      ${drawn ? drawings(drawn, part) : html`<p class="help waits">Drawn while it is in view.</p>`}
      <p class="take">
        ${filePicker({
          label: 'Open a table of your own',
          accept: '.csv,.tsv,.txt',
          testId: 'map-table',
          describedBy: 'title-map',
          take: (file) => void open(file, part),
        })}
        <span role="status" data-testid="map-unread">
          ${part.state.unread ? html`<span class="wrong">${part.state.unread}</span>` : nothing}
        </span>
      </p>`;
  },
});

async function open(file: File, { context, set }: Own): Promise<void> {
  set({ unread: '' });
  try {
    await takeTable(context.client, new Uint8Array(await file.arrayBuffer()), file.name);
  } catch (thrown) {
    set({ unread: thrown instanceof Error ? thrown.message : String(thrown) });
  }
}

/** Whether there are several learners, and not too many for one screen. */
function few({ recording }: GeometryContext): boolean {
  const arms = recording?.about.arms.length ?? 0;
  return arms > 1 && arms <= MOST_BESIDE;
}

const besides = (context: GeometryContext, { beside }: State) => beside && few(context) && !isOwn(context);

/** What is nearest to the node that is picked, in this map. */
function nearestIn({ map, nodes }: MapAnswer, { state, asked, context }: Own): NearestAnswer | null {
  const { answer } = asked.nearest;
  const told = answer !== null && answer.node === state.node && isOpen(context) && map !== null;
  return told && [answer, ...answer.nearest].every(({ node }) => node < nodes.length) ? answer : null;
}

const MADE = 'What training makes of it';

/** What the map is of: the learner where there are several, or a table. */
const titleOf = ({ map, beside }: MapAnswer, { context }: Own) =>
  isOwn(context) ? 'What the table says' : beside.length ? (map?.label ?? '') : MADE;

function draw(map: MapAnswer, part: Own): Drawn {
  const { state } = part;
  const near = nearestIn(map, part);
  if (state.drawn?.map !== map || state.drawn.near !== near)
    state.drawn = {
      map,
      near,
      figures: [
        mapFigure(map, map.map, near, ['map', titleOf(map, part)]),
        graphFigure(map, near),
        ...map.beside.map((other) => mapFigure(map, other, null, [`map-${other.arm}`, other.label])),
      ],
    };
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
      <span data-testid="map-about">${map.map?.about ?? map.why}</span>
      ${map.measured ? html`<span data-testid="map-measured">${map.measured}.</span>` : nothing}
      ${map.map && !near ? 'Pick a node in any drawing to see which it is nearest to.' : nothing}
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
