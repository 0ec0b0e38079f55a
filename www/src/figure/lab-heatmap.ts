/** A heat map on a canvas: sharp at any pixel ratio, its exact values under pointer, finger and keyboard. */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { gradient, pixels } from './colours';
import { Draw } from '../ui/draw';
import type { HeatMap } from './heatmap';
import { heatTable, matrixCsv } from './heat-table';
import { labAddress } from '../ui/address';
import { exportButtons, save } from '../ui/download';
import { figureText, type Cell } from '../ui/text';

const FONT_PX = 11;
/** Labels closer than this would touch. */
const LABEL_PX = 13;
const GAP_PX = 5;
const TITLE_PX = 17;
/** A table of more cells is redrawn at most so often. */
const FEW_CELLS = 1024;
const TABLE_MS = 1000;
/** The plot is at most this high and wide, in CSS pixels. */
const MOST_PX = 560;

interface Layout {
  left: number;
  top: number;
  /** Size of a cell, in CSS pixels: a whole number of the device's, unless the map has more cells than pixels. */
  cell: number;
  width: number;
  height: number;
}

export class LabHeatmap extends LitElement {
  static override properties = {
    map: { attribute: false },
    file: { type: String },
    link: { type: String },
    note: { type: String },
    linked: { attribute: false },
    cell: { state: true },
    open: { state: true },
    tabled: { state: true },
  };
  declare map: HeatMap;
  /** Name of the file that the matrix is saved under, without its ending. */
  declare file: string;
  /** Configuration that a saved figure names. */
  declare link: string;
  /** One line under a saved figure's title. */
  declare note: string;
  /** A cell that another map shows; it is marked and read here as long as this map has no pointer of its own. */
  declare linked: Cell | null;
  declare cell: Cell | null;
  declare open: boolean;
  /** What the open table shows. */
  declare tabled: HeatMap | null;

  private layout: Layout | null = null;
  private readonly image = document.createElement('canvas');
  /** The map that `image` holds: a cursor that moves over a large map must not paint a million cells again. */
  private painted: HeatMap | null = null;
  /** Width of the widest label, by the list of labels. */
  private readonly widths = new Map<string[], number>();
  private font = '';
  private endTexts: string[] = [];
  private writing = false;
  private readonly drawing = new Draw(this, () => this.draw());
  private readonly scheme = matchMedia('(prefers-color-scheme: dark)');
  private readonly resized = new ResizeObserver(() => this.drawing.ask());
  private readonly redraw = () => this.drawing.ask();
  /** The cell that the keyboard chose, to go back to when the pointer leaves. */
  private kept: Cell | null = null;
  private later: ReturnType<typeof setTimeout> | undefined;
  /** Only the keyboard is answered aloud: a live map or a moving pointer would chatter. */
  private spoken = '';

  constructor() {
    super();
    this.file = 'matrix';
    this.link = '';
    this.note = '';
    this.linked = null;
    this.cell = null;
    this.open = false;
    this.tabled = null;
  }

  protected override createRenderRoot() {
    return this;
  }

  override connectedCallback() {
    super.connectedCallback();
    this.drawing.start();
    this.resized.observe(this);
    this.scheme.addEventListener('change', this.redraw);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.drawing.stop();
    this.resized.disconnect();
    this.scheme.removeEventListener('change', this.redraw);
    clearTimeout(this.later);
    this.later = undefined;
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    this.cell = this.inside(this.cell);
    this.kept = this.inside(this.kept);
    if (changed.has('map')) this.endTexts = ends(this.map);
    this.fillTable();
  }

  private inside(cell: Cell | null): Cell | null {
    return cell && cell.row < this.map.rows && cell.column < this.map.columns ? cell : null;
  }

  /** The cell on show: this map's own, or else the one of the map that it is linked to. */
  private get shown(): Cell | null {
    return this.cell ?? this.inside(this.linked);
  }

  /** A large table takes long to lay out, so a live map changes it only now and then. */
  private fillTable() {
    const { map, tabled } = this;
    if (!this.open) {
      this.tabled = null;
    } else if (tabled !== map && this.later === undefined) {
      this.tabled = map;
      if (map.rows * map.columns <= FEW_CELLS) return;
      this.later = setTimeout(() => {
        this.later = undefined;
        this.requestUpdate();
      }, TABLE_MS);
    }
  }

  protected override updated() {
    this.drawing.ask();
  }

  protected override render(): TemplateResult {
    const { map, shown } = this;
    return html`
      <div
        class="cells"
        role="application"
        aria-roledescription="heat map"
        aria-label="${map.title}. Arrow keys move from cell to cell."
        tabindex="0"
        @keydown=${(event: KeyboardEvent) => this.key(event)}
        @focus=${() => this.focused()}
        @blur=${() => this.left()}
      >
        <canvas
          role="img"
          aria-label=${map.summary}
          @pointerdown=${(event: PointerEvent) => this.point(event, true)}
          @pointermove=${(event: PointerEvent) => this.point(event, false)}
          @pointerleave=${(event: PointerEvent) => event.pointerType === 'mouse' && this.show(this.kept)}
        ></canvas>
      </div>
      <p class="reading" data-testid="reading">
        ${shown ? this.words(shown) : html`<span class="quiet">Point at a cell, tap it, or use the arrow keys, to read its value.</span>`}
      </p>
      <p class="sr" role="status">${this.spoken}</p>
      <div class="legend">
        <span class="scale">
          <span class="bar" style="background: ${gradient(map.scale)}"></span>
          <span class="ends">${this.endTexts.map((text) => html`<span>${text}</span>`)}</span>
        </span>
        ${map.unit ? html`<span class="quiet">${map.unit}</span>` : nothing}
      </div>
      ${exportButtons(() => this.onPaper(), this.file, map.title)}
      <details
        class="more"
        @toggle=${(event: Event) => (this.open = (event.target as HTMLDetailsElement).open)}
      >
        <summary>Numbers<span class="sr">: ${map.title}</span></summary>
        ${
          this.tabled
            ? html`${guard([this.tabled], () => heatTable(this.tabled ?? map))}
                <button
                  type="button"
                  class="small"
                  data-testid="csv-${this.file}"
                  @click=${() => void this.saveCsv()}
                >
                  Download matrix as CSV<span class="sr">: ${map.title}</span>
                </button>`
            : nothing
        }
      </details>
    `;
  }

  private async onPaper(): Promise<string> {
    const { heatMapSvg } = await import('./svg-heatmap');
    const { map, note, link } = this;
    return heatMapSvg(map, { title: map.title, note, address: labAddress(link) });
  }

  private async saveCsv() {
    // A large matrix takes a moment to write; a second press would write it twice.
    if (this.writing) return;
    this.writing = true;
    try {
      save(await matrixCsv(this.map), `mnemoscope-${this.file}.csv`);
    } finally {
      this.writing = false;
    }
  }

  private value({ row, column }: Cell): number {
    return this.map.values[row * this.map.columns + column] ?? NaN;
  }

  private words(cell: Cell): string {
    const { map } = this;
    const row = `${map.rowTitle} ${map.rowLabels[cell.row] ?? cell.row}`;
    const column = `${map.columnTitle} ${map.columnLabels[cell.column] ?? cell.column}`;
    return `${row}, ${column}: ${(map.text ?? figureText)(this.value(cell))}${map.unit ? ` ${map.unit}` : ''}`;
  }

  private show(cell: Cell | null) {
    if (cell?.row === this.cell?.row && cell?.column === this.cell?.column) return;
    this.cell = cell;
    this.dispatchEvent(new CustomEvent<Cell | null>('cell', { detail: cell, bubbles: true }));
  }

  private focused() {
    // A press of the pointer focuses too, and has chosen its own cell.
    if (!this.querySelector('.cells:focus-visible')) return;
    this.kept ??= this.shown ?? { row: 0, column: 0 };
    this.show(this.kept);
    this.spoken = this.words(this.kept);
  }

  private left() {
    this.show(null);
    this.spoken = '';
  }

  private key(event: KeyboardEvent) {
    const { rows, columns } = this.map;
    const { row, column } = this.shown ?? this.kept ?? { row: 0, column: 0 };
    const to = (r: number, c: number): Cell => ({
      row: Math.min(rows - 1, Math.max(0, r)),
      column: Math.min(columns - 1, Math.max(0, c)),
    });
    const whole = event.ctrlKey || event.metaKey;
    const moves: Record<string, () => Cell> = {
      ArrowUp: () => to(row - 1, column),
      ArrowDown: () => to(row + 1, column),
      ArrowLeft: () => to(row, column - 1),
      ArrowRight: () => to(row, column + 1),
      PageUp: () => to(row - 10, column),
      PageDown: () => to(row + 10, column),
      Home: () => to(whole ? 0 : row, 0),
      End: () => to(whole ? rows - 1 : row, columns - 1),
    };
    const move = moves[event.key];
    if (!move || event.altKey) return;
    event.preventDefault();
    this.kept = move();
    this.spoken = this.words(this.kept);
    this.show(this.kept);
  }

  private point(event: PointerEvent, pressed: boolean) {
    const { layout, map } = this;
    if (!layout) return;
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left - layout.left) / layout.cell);
    const row = Math.floor((event.clientY - box.top - layout.top) / layout.cell);
    const inside = row >= 0 && row < map.rows && column >= 0 && column < map.columns;
    const cell = inside ? { row, column } : this.kept;
    if (pressed && inside) this.kept = cell;
    this.show(cell);
  }

  private draw() {
    const canvas = this.querySelector('canvas');
    const context = canvas?.getContext('2d');
    const { map } = this;
    if (!canvas || !context || this.clientWidth === 0) return;
    const style = getComputedStyle(this);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const ratio = devicePixelRatio;
    const font = `${FONT_PX}px ${colour('--sans')}`;
    context.font = font;
    const rowWidth = this.widest(context, font, map.rowLabels);
    const columnWidth = this.widest(context, font, map.columnLabels);
    const left = TITLE_PX + rowWidth + GAP_PX;
    const room = Math.min(MOST_PX, this.clientWidth - left - 2);
    const fit = (room / Math.max(map.columns, 1)) * ratio;
    const cell = (fit >= 1 ? Math.min(Math.floor(fit), 40 * ratio) : fit) / ratio;
    // Labels lie flat where the cells are wide enough, and else stand upright.
    const flat = columnWidth + 4 <= cell;
    const top = TITLE_PX + (flat ? FONT_PX : columnWidth) + GAP_PX;
    const snap = (px: number) => Math.round(px * ratio) / ratio;
    const layout = {
      left: snap(left),
      top: snap(top),
      cell,
      width: cell * map.columns,
      height: cell * map.rows,
    };
    this.layout = layout;
    canvas.dataset.plot = [
      layout.left,
      layout.top,
      layout.left + layout.width,
      layout.top + layout.height,
    ].join(' ');
    const size = [layout.left + layout.width + 2, layout.top + layout.height + 2] as const;
    const [width, height] = size.map((px) => Math.round(px * ratio)) as [number, number];
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
      canvas.style.width = `${width / ratio}px`;
      canvas.style.height = `${height / ratio}px`;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, ...size);
    this.drawCells(context, layout);
    context.strokeStyle = colour('--edge');
    context.lineWidth = 1 / ratio;
    const half = 0.5 / ratio;
    context.strokeRect(
      layout.left - half,
      layout.top - half,
      layout.width + 2 * half,
      layout.height + 2 * half,
    );
    context.font = font;
    this.drawLabels(context, layout, flat, colour('--ink'), colour('--muted'));
    const { shown } = this;
    if (shown) this.drawCursor(context, layout, shown);
  }

  private widest(context: CanvasRenderingContext2D, font: string, labels: string[]): number {
    if (font !== this.font) this.widths.clear();
    this.font = font;
    const known = this.widths.get(labels);
    if (known !== undefined) return known;
    // Of a live map the lists are new ones each time.
    if (this.widths.size > 8) this.widths.clear();
    const most = labels.reduce((found, label) => Math.max(found, context.measureText(label).width), 0);
    this.widths.set(labels, most);
    return most;
  }

  private drawCells(context: CanvasRenderingContext2D, { left, top, width, height }: Layout) {
    if (this.painted !== this.map) {
      const image = pixels(this.map);
      if (!image) return;
      this.image.width = image.width;
      this.image.height = image.height;
      this.image.getContext('2d')?.putImageData(image, 0, 0);
      this.painted = this.map;
    }
    context.imageSmoothingEnabled = width * devicePixelRatio < this.image.width;
    context.drawImage(this.image, left, top, width, height);
  }

  private drawLabels(
    context: CanvasRenderingContext2D,
    { left, top, cell, width, height }: Layout,
    flat: boolean,
    ink: string,
    muted: string,
  ) {
    const { map, shown } = this;
    const pick = (labels: string[], chosen: number | undefined) => {
      const stride = roundStride(LABEL_PX / cell);
      return labels
        .map((text, i) => ({ text, i }))
        .filter(({ i }) =>
          // Labels beside the chosen one make room for it.
          chosen === undefined
            ? i % stride === 0
            : i === chosen || (i % stride === 0 && Math.abs(i - chosen) >= stride),
        );
    };
    const write = (chosen: boolean) => {
      context.fillStyle = chosen ? ink : muted;
    };
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    for (const { text, i } of pick(map.rowLabels, shown?.row)) {
      write(i === shown?.row);
      context.fillText(text, left - GAP_PX, top + (i + 0.5) * cell);
    }
    context.textAlign = flat ? 'center' : 'left';
    for (const { text, i } of pick(map.columnLabels, shown?.column)) {
      write(i === shown?.column);
      const x = left + (i + 0.5) * cell;
      context.save();
      context.translate(x, top - GAP_PX - (flat ? FONT_PX / 2 : 0));
      if (!flat) context.rotate(-Math.PI / 2);
      context.fillText(text, 0, 0);
      context.restore();
    }
    context.fillStyle = muted;
    context.textAlign = 'center';
    context.fillText(map.columnTitle, left + width / 2, FONT_PX / 2 + 1);
    context.save();
    context.translate(FONT_PX / 2 + 1, top + height / 2);
    context.rotate(-Math.PI / 2);
    context.fillText(map.rowTitle, 0, 0);
    context.restore();
  }

  /** A frame that shows on any colour: white outside, black inside. */
  private drawCursor(context: CanvasRenderingContext2D, { left, top, cell }: Layout, at: Cell) {
    const size = Math.max(cell, 5);
    const x = left + (at.column + 0.5) * cell - size / 2;
    const y = top + (at.row + 0.5) * cell - size / 2;
    context.lineWidth = 3;
    context.strokeStyle = '#ffffff';
    context.strokeRect(x, y, size, size);
    context.lineWidth = 1.5;
    context.strokeStyle = '#000000';
    context.strokeRect(x, y, size, size);
  }
}

/** The least of 1, 2, 5, 10, 20 and so on that is no less. */
function roundStride(least: number): number {
  let power = 1;
  while (power * 10 <= least) power *= 10;
  return ([1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10) * power;
}

/** What stands below the colour bar: least, middle and greatest value. */
function ends({ range: [least, greatest], values }: HeatMap): string[] {
  // Values beyond the scale have the colour of its end.
  let beyond = false;
  for (let i = 0; i < values.length && !beyond; i++) beyond = (values[i] as number) > greatest;
  return [
    figureText(least),
    figureText((least + greatest) / 2),
    `${beyond ? '≥ ' : ''}${figureText(greatest)}`,
  ];
}

/** Draws a matrix small, a pixel for every `stride`th cell; the style sheet stretches it. */
export function paintSmall(
  canvas: HTMLCanvasElement,
  map: Pick<HeatMap, 'rows' | 'columns' | 'values' | 'range' | 'scale'>,
  stride: number,
): void {
  const image = pixels(map, stride);
  if (!image) return;
  if (canvas.width !== image.width || canvas.height !== image.height) {
    canvas.width = image.width;
    canvas.height = image.height;
  }
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}

customElements.define('lab-heatmap', LabHeatmap);
