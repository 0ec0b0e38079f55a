/** Where a panel's plot, titles, ticks and points stand, in CSS pixels. Screen and file are laid out alike. */

import { along, labelAt, ticksOf, valueAt } from './axis';
import { marksOf, type Axis, type Figure, type Panel } from './figure';
import { linesOf, widthOf as textWidth } from './text-lines';

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Tick {
  value: number;
  text: string;
}

/** A line of a title, and where its middle stands: across for the horizontal axis, whose lines end at a baseline. */
export interface Line {
  text: string;
  x: number;
  y: number;
}

export interface Layout {
  panel: Panel;
  plot: Box;
  /** Where the panel ends. */
  height: number;
  x: Tick[];
  y: Tick[];
  /** The titles of the axes, in as many lines as they need. */
  titles: { x: Line[]; y: Line[] };
  /** The labels of the horizontal axis stand upright. */
  upright: boolean;
  /** Left end of the labels of the vertical axis, right of its title. */
  edge: number;
  /** Middle of the column for points left of a logarithmic axis; NaN where there is none. */
  restX: number;
  /** Top of the row for points above the plot; NaN where there is none. */
  aboveY: number;
}

export const FONT_PX = 11;
const GAP_PX = 6;
const TITLE_PX = 18;
/** Of the further lines of a title. */
const LEADING_PX = 13;
const PANEL_TITLE_PX = 20;
/** Labels closer than this would touch. */
const LABEL_PX = 13;
const RIGHT_PX = 12;
const REST_PX = 34;
const LANE_PX = 9;
const ABOVE_PX = 17;
/** The widest plot of a matrix or of points, and the widest cell. */
const MOST_PX = 560;
const MOST_CELL_PX = 40;
/** The side of a square panel, where there is room. */
const SIDE_PX = 440;

type Measure = (text: string) => number;

/** Where there is no screen to measure it on. */
export const widthOf = (text: string, size = FONT_PX) => textWidth(text, size);

function hasAbove({ y, marks }: Panel): boolean {
  return (
    y.beyond !== undefined &&
    marks.some((mark) => mark.kind === 'dot' && Array.from(mark.y).some((value) => along(y, value) === null))
  );
}

function hasRest({ x, marks }: Panel): boolean {
  return (
    x.beyond !== undefined &&
    marks.some((mark) => mark.kind === 'dot' && Array.from(mark.x).some((value) => along(x, value) === null))
  );
}

const lanes = (panel: Panel) => Math.max(1, ...marksOf(panel, 'dot').map(({ groups }) => groups.length));

/** Ticks whose labels do not run into one another. */
function labelled(axis: Axis, room: number, least: number, measure: Measure): Tick[] {
  const ticks = ticksOf(axis, Math.max(2, Math.floor(room / least))).map((value) => ({
    value,
    text: labelAt(axis, value),
  }));
  let free = -Infinity;
  return ticks.map((tick) => {
    const middle = (along(axis, tick.value) ?? 0) * room;
    const half = measure(tick.text) / 2;
    if (middle - half < free) return { ...tick, text: '' };
    free = middle + half + 8;
    return tick;
  });
}

function defaultHeight(panel: Panel, width: number): number {
  if (marksOf(panel, 'dot').length) return Math.round(Math.min(310, Math.max(190, width * 0.62)));
  return width < 480 ? 160 : Math.round(Math.min(256, Math.max(160, width * 0.4)));
}

export interface Room {
  width: number;
  measure: Measure;
  /** Device pixels per CSS pixel: cells are whole ones. */
  ratio?: number;
  /** Space that is left free at the right. */
  right?: number;
}

export function layOut(
  panel: Panel,
  top: number,
  { width, measure, ratio = 1, right: spare = 0 }: Room,
  least = 0,
): Layout {
  const [cells] = marksOf(panel, 'cell');
  const { x, y } = panel;
  const head = top + (panel.title ? PANEL_TITLE_PX : 0);
  const above = hasAbove(panel) ? ABOVE_PX + LANE_PX * lanes(panel) + 8 : 0;
  const plotTop = head + (x.bare && y.bare ? 0 : 8) + above;
  const rest = hasRest(panel);
  const widest = (names: readonly string[]) => names.reduce((most, name) => Math.max(most, measure(name)), 0);
  const guess = panel.height ?? defaultHeight(panel, width);
  const yTicks = (height: number): Tick[] =>
    y.bare
      ? []
      : ticksOf(y, Math.max(2, Math.floor(height / (y.names ? LABEL_PX : 34)))).map((value) => ({
          value,
          text: labelAt(y, value),
        }));
  const labels = y.names ? widest(y.names) : widest(yTicks(guess).map(({ text }) => text));
  const guessedFoot = x.bare ? 0 : 7 + FONT_PX + 2 + TITLE_PX;
  // A title may be longer than the plot: it ends where the panel does.
  const yTitle =
    y.title && !y.bare ? linesOf(y.title, guess + 2 * Math.min(8 + above, guessedFoot), measure) : [];
  const edge = yTitle.length ? TITLE_PX + LEADING_PX * (yTitle.length - 1) : 0;
  const left = Math.round(Math.max(least, y.bare ? 0 : edge + labels + GAP_PX + (rest ? REST_PX : 0)));
  // The last label stands half beyond the plot.
  const right = x.names ? RIGHT_PX : Math.max(RIGHT_PX, measure(labelAt(x, x.range[1])) / 2 + 2);
  const free = Math.max(40, width - left - (x.bare && y.bare ? 0 : right) - spare);
  const fit = cells ? (Math.min(MOST_PX, free) / Math.max(1, cells.columns)) * ratio : 0;
  const cell = (fit >= 1 ? Math.min(Math.floor(fit), MOST_CELL_PX * ratio) : fit) / ratio;
  const side = Math.min(free, panel.height ?? SIDE_PX);
  const across = panel.square ? side : cells && panel.height === undefined ? cell * cells.columns : free;
  const height = panel.square ? side : cells && panel.height === undefined ? cell * cells.rows : guess;
  const plot = { left, top: plotTop, right: left + across, bottom: plotTop + height };
  const names = x.names ? widest(x.names) : 0;
  const upright = x.names !== undefined && names + 4 > across / Math.max(1, x.names.length);
  const xTicks = x.bare
    ? []
    : upright
      ? ticksOf(x, Math.max(1, Math.floor(across / LABEL_PX))).map((value) => ({
          value,
          text: labelAt(x, value),
        }))
      : labelled(x, across, x.names ? names + 4 : 50, measure);
  const middle = { x: (plot.left + plot.right) / 2, y: (plot.top + plot.bottom) / 2 };
  const titleRoom = Math.max(across, 2 * Math.min(middle.x, width - middle.x));
  const xTitle = x.title && !x.bare ? linesOf(x.title, titleRoom, measure) : [];
  const titled = xTitle.length ? TITLE_PX + LEADING_PX * (xTitle.length - 1) : 4;
  const foot = x.bare ? 0 : 7 + (upright ? names : FONT_PX + 2) + titled;
  const end = plot.bottom + foot;
  return {
    panel,
    plot,
    height: end,
    titles: {
      x: xTitle.map((text, i) => ({ text, x: middle.x, y: end - 4 - LEADING_PX * (xTitle.length - 1 - i) })),
      y: yTitle.map((text, i) => ({ text, x: FONT_PX / 2 + 1 + LEADING_PX * i, y: middle.y })),
    },
    x: xTicks,
    y: yTicks(height),
    upright,
    edge,
    restX: rest ? left - REST_PX / 2 - 3 : NaN,
    aboveY: above ? plotTop - above + 2 : NaN,
  };
}

/** All panels, from the top down; their plots begin at the same left edge. */
export function layOutAll({ panels }: Figure, room: Room): Layout[] {
  const least = panels.length > 1 ? Math.max(...panels.map((panel) => layOut(panel, 0, room).plot.left)) : 0;
  let top = 0;
  return panels.map((panel) => {
    const layout = layOut(panel, top, room, panel.x.bare && panel.y.bare ? 0 : least);
    top = layout.height + 6;
    return layout;
  });
}

type Value = number | null | undefined;

/** Where a point stands. One without a place on an axis stands beside the plot, in the lane of its group. */
export function place(
  { panel, plot, restX, aboveY }: Layout,
  x: Value,
  y: Value,
  group = 0,
): [number, number] {
  const [across, up] = [along(panel.x, x), along(panel.y, y)];
  return [
    across === null ? restX : plot.left + across * (plot.right - plot.left),
    up === null ? aboveY + ABOVE_PX + LANE_PX * (group + 0.5) : plot.bottom - up * (plot.bottom - plot.top),
  ];
}

/** The values at a place, also outside the plot. */
export function valuesAt({ panel, plot }: Layout, left: number, top: number): [number, number] {
  return [
    valueAt(panel.x, (left - plot.left) / (plot.right - plot.left)),
    valueAt(panel.y, (plot.bottom - top) / (plot.bottom - plot.top)),
  ];
}
