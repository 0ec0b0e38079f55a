/** Which line, dot or stretch is whose: the legend of a figure, on the page and in files. */

import { html, nothing, svg, type TemplateResult } from 'lit';
import { swatch } from '../ui/controls';
import { figureText } from '../ui/text';
import { gradient } from './colours';
import { cornersOf, marksOf, type Cells, type Figure, type Shape } from './figure';

export interface Entry {
  label: string;
  /** Name of a CSS custom property. */
  colour: string;
  dash?: readonly number[];
  shape?: Shape;
}

/** Only what needs telling apart: of a single group of dots the title says enough. */
export function keyOf({ panels }: Figure): Entry[] {
  const entries = panels.flatMap(({ marks }) =>
    marks.flatMap((mark): Entry[] => {
      switch (mark.kind) {
        case 'bar':
          return [{ label: mark.label, colour: mark.mark.colour, shape: 'square' }];
        case 'line':
          return mark.shown === false || !mark.x.length
            ? []
            : [{ label: mark.label, colour: mark.mark.colour, dash: mark.mark.dash }];
        case 'dot':
          return mark.groups.length > 1 ? mark.groups.map((group) => ({ ...group })) : [];
        case 'link':
          return mark.label ? [{ label: mark.label, ...mark.style(0) }] : [];
        case 'cell':
        case 'vector':
        case 'rule':
        case 'text':
          return [];
      }
    }),
  );
  return entries.filter((entry, i) => entries.findIndex(({ label }) => label === entry.label) === i);
}

export function keyView(figure: Figure): TemplateResult | typeof nothing {
  const entries = keyOf(figure);
  if (!entries.length) return nothing;
  return html`<ul class="key">
    ${entries.map(({ label, colour, dash = [], shape }) => html`<li>${shape ? dot(shape, colour) : swatch({ colour, dash })}${label}</li>`)}
  </ul>`;
}

function dot(shape: Shape, colour: string): TemplateResult {
  const corners = cornersOf(shape, 5)
    .map((corner) => corner.join(','))
    .join(' ');
  const fill = `var(${colour})`;
  return html`<svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">
    ${corners ? svg`<polygon points=${corners} fill=${fill} />` : svg`<circle r="5" fill=${fill} />`}
  </svg>`;
}

/** Below a matrix: the colours with the values at both ends and in the middle. */
export function colourLegend({ panels }: Figure): TemplateResult | typeof nothing {
  const [cells] = marksOf(panels[0], 'cell');
  if (!cells) return nothing;
  return html`<div class="legend">
    <span class="scale">
      <span class="bar ${cells.scale}" .style=${`background: ${gradient(cells.scale)}`}></span>
      <span class="ends">${ends(cells).map((text) => html`<span>${text}</span>`)}</span>
    </span>
    ${cells.unit ? html`<span class="quiet">${cells.unit}</span>` : nothing}
  </div>`;
}

function ends({ range: [least, greatest], values }: Cells): string[] {
  // Values beyond the scale have the colour of its end.
  let beyond = false;
  for (let i = 0; i < values.length && !beyond; i++) beyond = (values[i] as number) > greatest;
  return [
    figureText(least),
    figureText((least + greatest) / 2),
    `${beyond ? '≥ ' : ''}${figureText(greatest)}`,
  ];
}
