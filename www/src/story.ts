/** The first page: six questions, each with a picture that is drawn from stored results once it comes into view. No engine. */

import './ui/translation';
import './ui/styles.css';
import './story.css';
import { html, render, type TemplateResult } from 'lit';
import { armCurves } from './figure/curves';
import type { Figure, Line } from './figure/figure';
import './figure/lab-figure';
import { axisTitle, knownOf, logs, rulesOf, unitOf, unitText, valueText } from './figure/measured';
import { roomy, tickText } from './figure/axis';
import type { ArmInfo, Axis, Measure, Point, RunInfo } from './engine/types';
import { labAddress } from './ui/address';
import { swatch } from './ui/controls';
import { count } from './ui/format';
import { mark } from './ui/palette';

/** What `scripts/story.mjs` keeps of the results of a command. */
interface Story {
  version: string;
  /** Settings as a link's fragment. */
  link: string;
  /** Certificate of the first losses, where something is trained. */
  check?: string | null;
  command: string;
  /** When it was computed: year, month and day. */
  date: string;
  arms: ArmInfo[];
  runs: RunInfo[];
  x: Axis;
  /** One. */
  measures: Measure[];
  curves: Point[];
}

/** The measure by arm: mean, and the band from the least to the greatest of the seeds. */
function figureOf({ arms, runs, x, measures, curves }: Story, measure: Measure): Figure {
  // What is no number is null in a file.
  const points = curves.map((point) => ({
    ...point,
    values: point.values.map((all) => all.map((value) => (value as number | null) ?? NaN)),
  }));
  const { steps, curves: found } = armCurves({ measures, runs, points }, measure.id);
  const lines = arms.flatMap(({ id, label }, place): Line[] => {
    const curve = found.find(({ arm }) => arm === id);
    return curve
      ? [
          {
            kind: 'line',
            id,
            label,
            mark: mark(place + 1),
            x: steps,
            y: curve.mean,
            low: curve.min,
            high: curve.max,
          },
        ]
      : [];
  });
  const values = found.flatMap(({ min, max }) => [...min, ...max]);
  const positive = values.filter((value) => value !== null && value > 0) as number[];
  const log = logs(measure) && positive.length > 0 && Math.max(...positive) > 100 * Math.min(...positive);
  const seeds = new Set(runs.map(({ seed }) => seed)).size;
  const share = measure.kind === 'share';
  const last = arms.map(({ id, label }) => {
    const mean = found.find(({ arm }) => arm === id)?.mean.findLast((value) => value !== null);
    return `${label} ${unitText(measure, mean)}`;
  });
  const cell = (arm: string) => (row: number) => found.find((curve) => curve.arm === arm)?.mean[row];
  return {
    name: measure.id,
    title: measure.label,
    note: [unitOf(measure), `mean, least and greatest of ${seeds} seeds`].filter(Boolean).join(' · '),
    named: true,
    summary: `${measure.label} by ${x.label.toLowerCase()}. Last means: ${last.join(', ')}.`,
    empty: 'There are no numbers.',
    panels: [
      {
        x: { title: x.label, range: [0, steps.at(-1) ?? 1], format: (value) => count(value) },
        y: {
          title: axisTitle(measure),
          range: share
            ? [0, 1.02]
            : log
              ? [Math.min(...positive), Math.max(...positive)]
              : roomy([...values, ...knownOf(measure).map(({ at }) => at)]),
          log,
          format: (value) => tickText(share ? value * 100 : value),
        },
        marks: [...rulesOf(measure), ...lines],
      },
    ],
    reading: {
      by: 'x',
      x: steps,
      words: (at) =>
        [
          `${x.label} ${count(steps[at] ?? 0)}`,
          arms.map(({ id, label }) => `${label} ${unitText(measure, cell(id)(at))}`).join(', '),
        ].join(': '),
    },
    tables: [
      {
        title: measure.label,
        note: 'means over the seeds',
        rows: steps.length,
        columns: [
          { name: x.id, label: x.label, value: (row) => steps[row], text: (value) => count(Number(value)) },
          ...arms.map(({ id, label }) => ({
            name: id,
            label,
            value: cell(id),
            text: (_: unknown, row: number) => valueText(measure, cell(id)(row)),
          })),
        ],
        file: measure.id,
      },
    ],
  };
}

/** The picture with its lines' names, and under it what it was computed with, which is a link that computes it again. */
function shown(story: Story): TemplateResult {
  const [measure] = story.measures;
  if (!measure) throw new Error('the stored results have no measure');
  const { arms, runs, link, check, command, date } = story;
  const again = labAddress(check ? `${link}&check=${check}` : link);
  const seeds = [...new Set(runs.map(({ seed }) => seed))].join(', ');
  return html`<p>
      <strong>${measure.label}</strong> <span class="quiet">${unitOf(measure)}</span>
      <span class="legend">
        ${arms.map(({ label }, place) => html`<span>${swatch(mark(place + 1))} ${label}</span>`)}
      </span>
    </p>
    <lab-figure .figure=${figureOf(story, measure)} .link=${link}></lab-figure>
    <p class="quiet">
      <a href=${again}>Compute it yourself</a> · seeds ${seeds} · computed ${date} by
      <code>mnemoscope ${command}</code>
    </p>`;
}

async function draw(step: HTMLElement): Promise<void> {
  const place = step.querySelector<HTMLElement>('.picture');
  if (!place) return;
  try {
    const answer = await fetch(new URL(`story/${step.dataset.step ?? ''}.json`, document.baseURI));
    if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
    render(shown((await answer.json()) as Story), place);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    place.textContent = `The picture could not be loaded: ${words}. The lab does not need it.`;
  }
}

const seen = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      void draw(target as HTMLElement);
    }
  },
  { rootMargin: '300px' },
);
for (const step of document.querySelectorAll('[data-step]')) seen.observe(step);
