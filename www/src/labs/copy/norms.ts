/** Weight and gradient norms by layer group, with bars, and their course as far as it was watched. */

import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Inspection } from '../../engine/types';
import { count, plural } from '../../ui/format';
import { figureText } from '../../ui/text';

interface Point {
  step: number;
  norms: { weight: number; gradient: number }[];
}

/** Above this many points every second one is dropped. */
const MOST_POINTS = 240;

/** What was seen of one run's norms. */
export class NormHistory {
  points: Point[] = [];

  add({ step, norms }: Inspection): void {
    const last = this.points.at(-1);
    if (last && (last.step > step || last.norms.length !== norms.length)) this.points = [];
    if (last?.step === step) this.points.pop();
    this.points.push({ step, norms: norms.map(({ weight, gradient }) => ({ weight, gradient })) });
    if (this.points.length > MOST_POINTS) this.points = this.points.filter((_, i) => i % 2 === 0);
  }
}

/** Whole decades around all finite values above zero. */
function decades(values: number[]): [number, number] {
  const logs = values.filter((value) => value > 0 && Number.isFinite(value)).map(Math.log10);
  if (!logs.length) return [-1, 0];
  const least = Math.floor(Math.min(...logs));
  return [least, Math.max(least + 1, Math.ceil(Math.max(...logs)))];
}

function along(value: number, [least, most]: [number, number]): number {
  if (!(value > 0) || !Number.isFinite(value)) return 0;
  return Math.min(1, Math.max(0, (Math.log10(value) - least) / (most - least)));
}

const WIDTH = 96;
const HEIGHT = 22;

function sparkline(
  points: Point[],
  pick: (point: Point) => number,
  range: [number, number],
): TemplateResult | typeof nothing {
  const first = points[0]?.step ?? 0;
  const last = points.at(-1)?.step ?? 0;
  if (last <= first) return nothing;
  const path = points
    .filter((point) => pick(point) > 0)
    .map((point) => {
      const x = 1 + ((point.step - first) / (last - first)) * (WIDTH - 2);
      const y = HEIGHT - 1 - along(pick(point), range) * (HEIGHT - 2);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
  return html`<svg
    class="spark"
    width=${WIDTH}
    height=${HEIGHT}
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    aria-hidden="true"
  >
    ${svg`<polyline points=${path} />`}
  </svg>`;
}

function power(exponent: number): TemplateResult {
  return html`10<sup>${String(exponent).replace('-', '−')}</sup>`;
}

export function normsTable(inspection: Inspection, history: NormHistory): TemplateResult {
  const { points } = history;
  const columns = (['weight', 'gradient'] as const).map((kind) => ({
    kind,
    range: decades([
      ...inspection.norms.map((norm) => norm[kind]),
      ...points.flatMap((point) => point.norms.map((norm) => norm[kind])),
    ]),
  }));
  const first = points[0]?.step ?? 0;
  const last = points.at(-1)?.step ?? 0;
  // Before the first step, and in a run just opened from a file, there is no gradient to measure.
  const known = { weight: true, gradient: inspection.norms.some((norm) => norm.gradient > 0) };
  return html`<div class="scroll tall" tabindex="0" role="region" aria-label="Norms, table">
    <table class="norms" data-testid="norms">
      <caption>
        Norms at step ${count(inspection.step)}
        ${
          last > first
            ? html`<span class="quiet">lines: steps ${count(first)} to ${count(last)}, as watched</span>`
            : nothing
        }
      </caption>
      <thead>
        <tr>
          <th scope="col">Group</th>
          ${columns.map(
            ({ kind, range: [least, most] }) =>
              html`<th scope="col">
                ${kind === 'weight' ? 'Weights' : 'Gradient'}
                <span class="quiet">bars: ${power(least)} to ${power(most)}, log</span>
              </th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${inspection.norms.map(
          (norm, i) =>
            html`<tr data-group=${norm.name}>
              <th scope="row">
                ${norm.label} <span class="quiet">${plural(norm.parameters, 'parameter')}</span>
              </th>
              ${columns.map(
                ({ kind, range }) =>
                  html`<td>
                    <span class="measure">
                      <span class="n value">${known[kind] ? figureText(norm[kind]) : '–'}</span>
                      <span class="meter"
                        ><span .style=${`width: ${(along(norm[kind], range) * 100).toFixed(1)}%`}></span
                      ></span>
                      ${sparkline(points, (point) => point.norms[i]?.[kind] ?? NaN, range)}
                    </span>
                  </td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
