/** Part `spectrum`: the graph's eigenvalues, and how much of the embedding lies along each. */

import { html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { roomy, wholeText } from '../../figure/axis';
import type { Figure, Mark, Panel } from '../../figure/figure';
import { figureView } from '../../figure/lab-figure';
import { evaluated, unitText } from '../../figure/measured';
import { numbers } from '../../figure/table';
import { count } from '../../ui/format';
import { part } from '../../ui/part';
import '../../ui/parts.css';
import { runPicker } from '../../ui/run-picker';
import { figureText } from '../../ui/text';
import type { SpectrumAnswer } from '../../engine/types';
import { isOther, lookKey, type GeometryContext } from './context';

/** All stems together are as wide, each at most so wide. */
const STEMS_PX = 240;
const STEM_PX = 12;
const HEIGHT_PX = 150;

export const spectrumPart = part<GeometryContext, SpectrumAnswer>({
  tag: 'lab-spectrum',
  id: 'spectrum',
  title: 'Where in the spectrum it lies',
  folded: true,
  note: ({ recording, step }) => (recording ? `step ${count(step)}` : ''),
  intro: html`The eigenvalues of the graph, the smoothest patterns first, and how much of the embedding lies
  along each: a map lies at the left end, a zigzag at the right, a mere list of edges everywhere. Equal
  eigenvalues share a colour: within them only the whole means anything.`,
  key: lookKey('spectrum'),
  ask: ({ client, run }) => client.ask('spectrum', { run }),
  controls: ({ context }) => html`<div class="fields">${runPicker(context, 'spectrum')}</div>`,
  found: (spectrum, { context }) => {
    const { link, client, run } = context;
    const csv = () => client.ask('csv', { table: 'spectrum', at: run });
    return html`${guard([spectrum, link], () => figureView(spectrumFigure(spectrum, csv), link))}
      <p class="help" data-testid="spectrum-ends">${endsText(context)}</p>
      <p class="help" data-testid="closed-form">${closedText(spectrum, context)}</p>`;
  },
});

/** The energy at both ends, as the run's last evaluation has it: learners end at steps of their own. */
function endsText(context: GeometryContext): string | typeof nothing {
  const { recording, run } = context;
  if (!recording || isOther(context)) return nothing;
  const ends = evaluated(recording.about.measures).flatMap((measure, i) =>
    measure.id.endsWith('-energy') ? [{ measure, i }] : [],
  );
  const last = recording.evaluations.findLast(({ values }) =>
    ends.some(({ i }) => Number.isFinite(values[i]?.[run])),
  );
  if (!last) return nothing;
  const texts = ends.map(({ measure, i }) => `${measure.label} ${unitText(measure, last.values[i]?.[run])}`);
  return `At step ${count(last.x)}: ${texts.join(', ')}.`;
}

function closedText({ closed, why }: SpectrumAnswer, { settled }: GeometryContext): string {
  if (!closed) return why;
  return [
    'Where Node2Vec ends on this graph is known in closed form:',
    `${figureText(closed.projection)} along the second eigenspace (dashes),`,
    `nothing along the rest, objective ${figureText(closed.objective)} nats;`,
    `at the rate in the settings, ${settled.values.node2vec_rate}, within e⁻⁸ after ${count(Math.ceil(closed.steps))} steps.`,
  ].join(' ');
}

function spectrumFigure(spectrum: SpectrumAnswer, csv: () => Promise<string>): Figure {
  const { eigenvalues, spaces, projections, closed } = spectrum;
  const x = eigenvalues.map((_, i) => i + 1);
  const width = Math.max(1, Math.min(STEM_PX, STEMS_PX / x.length));
  const colour = (i: number) => `--series-${2 - ((spaces[i] ?? 1) % 2)}`;
  const trained = projections.length > 0;
  const stems = (id: string, title: string, values: number[], last: boolean, more: Mark[] = []): Panel => ({
    x: {
      title: 'Eigenvector, from the smoothest',
      range: [0.3, x.length + 0.7],
      format: wholeText,
      bare: !last,
    },
    y: {
      title,
      range: roomy([...values, ...more.map((mark) => (mark.kind === 'rule' ? mark.at : 0))], true),
    },
    height: HEIGHT_PX,
    marks: [
      ...more,
      {
        kind: 'link',
        id,
        x1: x,
        y1: x.map(() => 0),
        x2: x,
        y2: values,
        style: (i) => ({ colour: colour(i), width }),
      },
    ],
  });
  const level: Mark[] = closed
    ? [{ kind: 'rule', axis: 'y', at: closed.projection, label: 'closed form' }]
    : [];
  const along = () => stems('projection', 'Along it, ‖Vᵀe‖', projections, true, level);
  const sizeOf = (i: number) => spaces.filter((space) => space === spaces[i]).length;
  const words = (i: number) => {
    const whole = sizeOf(i) > 1 ? `, one of ${sizeOf(i)} equal ones` : '';
    const held = trained ? `, ${figureText(projections[i])} of the embedding along it` : '';
    return `Eigenvector ${i + 1}: eigenvalue ${figureText(eigenvalues[i])}${whole}${held}`;
  };
  return {
    name: 'spectrum',
    title: 'The graph’s spectrum, and the embedding in it',
    summary:
      `${x.length} eigenvalues from ${figureText(eigenvalues[0])} to ${figureText(eigenvalues.at(-1))}. ` +
      'The table below has each, and what lies along it.',
    empty: 'This graph has no spectrum.',
    panels: [stems('eigenvalue', 'Eigenvalue', eigenvalues, !trained), ...(trained ? [along()] : [])],
    reading: { by: 'x', x, words, start: 0 },
    tables: [
      {
        title: 'Spectrum',
        rows: x.length,
        columns: [
          numbers('index', 'Eigenvector', x, count),
          numbers('eigenvalue', 'Eigenvalue', eigenvalues, figureText),
          numbers('space', 'Eigenspace', spaces, count),
          numbers('projection', 'Along it', projections, figureText),
        ],
        file: 'spectrum',
        csv,
      },
    ],
  };
}
