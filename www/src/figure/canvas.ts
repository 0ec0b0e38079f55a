/** Large matrices and clouds of points, on a canvas that is sharp at any pixel ratio. */

import { pixels } from './colours';
import {
  colourAt,
  cornersOf,
  groupAt,
  marksOf,
  type Cells,
  type Dots,
  type Figure,
  type Links,
  type Shape,
  type Stroke,
  type Words,
} from './figure';
import { FONT_PX, layOutAll, place, type Layout } from './layout';
import type { Renderer, Screen } from './renderer';

export class CanvasRenderer implements Renderer {
  private readonly canvas = document.createElement('canvas');
  private readonly image = document.createElement('canvas');
  /** The matrix that `image` holds: one that is only laid out anew must not paint a million cells again. */
  private painted: Cells | null = null;

  draw(figure: Figure, screen: Screen): Layout[] {
    const { canvas } = this;
    const context = canvas.getContext('2d');
    if (!context) return [];
    if (canvas.parentElement !== screen.host) screen.host.replaceChildren(canvas);
    const layouts = layOutAll(figure, screen);
    const [layout] = layouts;
    if (!layout) return layouts;
    const { ratio = 1, width } = screen;
    const whole = (px: number) => Math.round(px * ratio);
    const narrow = marksOf(layout.panel, 'cell').length > 0 || layout.panel.square;
    const wide = narrow ? Math.min(width, layout.plot.right + 2) : width;
    const size = [whole(wide), whole(layout.height)] as const;
    if (canvas.width !== size[0] || canvas.height !== size[1]) {
      [canvas.width, canvas.height] = size;
      canvas.style.width = `${size[0] / ratio}px`;
      canvas.style.height = `${size[1] / ratio}px`;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, wide, layout.height);
    context.font = `${FONT_PX}px ${screen.colour('--sans')}`;
    const [cells] = marksOf(layout.panel, 'cell');
    if (cells) this.cells(context, layout, cells, screen);
    if (!(layout.panel.x.bare && layout.panel.y.bare)) axes(context, layout, cells === undefined, screen);
    context.save();
    // Asking for a colour is slow, and there are thousands of dots.
    const known = new Map<string, string>();
    const colour = (name: string) => {
      const found = known.get(name) ?? screen.colour(name);
      known.set(name, found);
      return found;
    };
    for (const mark of layout.panel.marks) {
      if (mark.kind === 'link') links(context, layout, mark, colour);
      else if (mark.kind === 'dot') dots(context, layout, mark, colour);
      else if (mark.kind === 'text') words(context, layout, mark, screen);
    }
    context.restore();
    return layouts;
  }

  destroy(): void {
    this.canvas.remove();
  }

  private cells(
    context: CanvasRenderingContext2D,
    { plot }: Layout,
    cells: Cells,
    { colour, ratio = 1 }: Screen,
  ) {
    const { left, top, right, bottom } = plot;
    if (this.painted !== cells) {
      const image = pixels(cells);
      if (!image) return;
      this.image.width = image.width;
      this.image.height = image.height;
      this.image.getContext('2d')?.putImageData(image, 0, 0);
      this.painted = cells;
    }
    context.imageSmoothingEnabled = (right - left) * ratio < this.image.width;
    context.drawImage(this.image, left, top, right - left, bottom - top);
    context.strokeStyle = colour('--edge');
    context.lineWidth = 1 / ratio;
    const half = 0.5 / ratio;
    context.strokeRect(left - half, top - half, right - left + 2 * half, bottom - top + 2 * half);
  }
}

function axes(context: CanvasRenderingContext2D, layout: Layout, grid: boolean, { colour }: Screen) {
  const { panel, plot, x: xTicks, y: yTicks, upright, restX, aboveY } = layout;
  const { left, top, right, bottom } = plot;
  context.lineWidth = 1;
  context.strokeStyle = colour('--rule');
  context.fillStyle = colour('--muted');
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  const labels = Number.isNaN(restX) ? left : restX - 14;
  for (const { value, text } of yTicks) {
    const [, y] = place(layout, panel.x.range[0], value);
    if (grid) line(context, left, Math.round(y) + 0.5, right, Math.round(y) + 0.5);
    context.fillText(text, labels - 5, y);
  }
  context.textBaseline = 'top';
  for (const { value, text } of xTicks) {
    const [x] = place(layout, value, panel.y.range[0]);
    if (grid) line(context, Math.round(x) + 0.5, top, Math.round(x) + 0.5, bottom + 4);
    if (upright) {
      turned(context, x, bottom + 6, () => {
        context.textAlign = 'right';
        context.textBaseline = 'middle';
        context.fillText(text, 0, 0);
      });
      continue;
    }
    context.textAlign = 'center';
    context.fillText(text, x, bottom + 7);
  }
  if (!Number.isNaN(restX)) {
    context.textAlign = 'center';
    context.textBaseline = 'top';
    context.fillText(panel.x.beyond ?? '', restX, bottom + 7);
  }
  writeTitles(context, layout);
  if (!grid) return;
  context.strokeStyle = colour('--edge');
  line(context, left + 0.5, top, left + 0.5, bottom);
  line(context, left, bottom + 0.5, right, bottom + 0.5);
  if (Number.isNaN(aboveY)) return;
  context.save();
  context.setLineDash([2, 3]);
  line(context, labels, top - 4.5, right, top - 4.5);
  context.restore();
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText(panel.y.beyond ?? '', labels, aboveY + 8);
}

/** The titles of the axes, in the font and colour that are set. */
export function writeTitles(context: CanvasRenderingContext2D, { titles }: Layout) {
  context.textAlign = 'center';
  context.textBaseline = 'alphabetic';
  for (const { text, x, y } of titles.x) context.fillText(text, x, y);
  for (const { text, x, y } of titles.y) {
    turned(context, x, y, () => {
      context.textBaseline = 'middle';
      context.fillText(text, 0, 0);
    });
  }
}

function turned(context: CanvasRenderingContext2D, x: number, y: number, write: () => void) {
  context.save();
  context.translate(x, y);
  context.rotate(-Math.PI / 2);
  write();
  context.restore();
}

type Colour = (name: string) => string;

function links(context: CanvasRenderingContext2D, layout: Layout, mark: Links, colour: Colour) {
  const { left, top, right, bottom } = layout.plot;
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  // Those that look alike are one path: thousands of strokes take longer than a frame.
  let last: Stroke | null = null;
  for (let i = 0; i < mark.x1.length; i++) {
    const [x0, y0] = place(layout, mark.x1[i], mark.y1[i]);
    const [x1, y1] = place(layout, mark.x2[i], mark.y2[i]);
    if (!Number.isFinite(x0 + y0 + x1 + y1)) continue;
    const style = mark.style(i);
    if (!last || !alike(last, style)) {
      if (last) context.stroke();
      context.beginPath();
      context.strokeStyle = colour(style.colour);
      context.lineWidth = style.width ?? 1.25;
      context.globalAlpha = style.opacity ?? 1;
      context.setLineDash([...(style.dash ?? [])]);
      last = style;
    }
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
  }
  if (last) context.stroke();
  context.restore();
}

const alike = (a: Stroke, b: Stroke) =>
  a.colour === b.colour && a.width === b.width && a.opacity === b.opacity && a.dash === b.dash;

function dots(context: CanvasRenderingContext2D, layout: Layout, mark: Dots, colour: Colour) {
  context.globalAlpha = mark.opacity ?? 1;
  for (let i = 0; i < mark.x.length; i++) {
    const at = place(layout, mark.x[i], mark.y[i], mark.groupOf?.[i]);
    if (!at.every(Number.isFinite)) continue;
    trace(context, groupAt(mark, i).shape, at, mark.size);
    context.fillStyle = context.strokeStyle = colour(colourAt(mark, i));
    if (mark.hollow) context.stroke();
    else context.fill();
  }
  context.globalAlpha = 1;
}

function words(context: CanvasRenderingContext2D, layout: Layout, mark: Words, { colour }: Screen) {
  context.save();
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  mark.texts.forEach((text, i) => {
    const [x, y] = place(layout, mark.x[i], mark.y[i]);
    const { anchor, bold, size, colour: own } = mark.style?.(i) ?? {};
    context.textAlign = anchor === 'start' ? 'left' : anchor === 'end' ? 'right' : 'center';
    context.font = `${bold ? 'bold ' : ''}${size ?? FONT_PX}px ${colour('--sans')}`;
    if (mark.halo) {
      context.strokeStyle = colour('--card');
      context.lineWidth = 3;
      context.strokeText(text, x, y);
    }
    context.fillStyle = colour(own ?? '--ink');
    context.fillText(text, x, y);
  });
  context.restore();
}

function line(context: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

function trace(context: CanvasRenderingContext2D, shape: Shape, [x, y]: [number, number], size: number) {
  context.beginPath();
  if (shape === 'circle') context.arc(x, y, size, 0, 2 * Math.PI);
  cornersOf(shape, size).forEach(([dx, dy], i) =>
    i ? context.lineTo(x + dx, y + dy) : context.moveTo(x + dx, y + dy),
  );
  context.closePath();
}
