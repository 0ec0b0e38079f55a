/**
 * "One clock, two readings" as a drawing: dials for the phases, below them phase against spike time, and the spike in its
 * window. One drawing serves page and paper; they differ in width and colours.
 */

import { scaleLinear } from 'd3-scale';
import { figureText } from '../../ui/text';
import { mark } from '../../ui/palette';
import { turns, type Inks } from '../../figure/inks';
import { tag, text, widthOf } from '../../figure/svg';
import type { Phase } from '../../engine/types';

export const MOST_DIALS = 8;
/** Positions of a longer sequence are not marked one by one. */
const MOST_MARKS = 128;
const DIAL = 78;
const LABELS = 34;
const LEFT = 46;
const RIGHT = 12;
const PLOT = 210;
/** Room for the spike below the plot: the window with its axis. */
const SPIKE = 46;

export interface Drawn {
  svg: string;
  height: number;
  /** Where spike times lie, in pixels: 0 and T. */
  axis: { from: number; to: number; top: number; bottom: number };
}

/** The mark of the k-th pair that is shown; the first is a plain line. */
export function pairMark(k: number) {
  return mark((k + 1) % MOST_DIALS);
}

/** `shown` are indices of pairs, `chosen` one of them, which is drawn stronger. */
export function drawClock(phase: Phase, shown: number[], chosen: number, width: number, inks: Inks): Drawn {
  const pairs = shown.map((index) => phase.pairs[index]).filter((pair) => pair !== undefined);
  const { svg: faces, height: top } = dials(pairs, chosen, width, inks);
  const { length, window, spikeTime, position } = phase;

  const plotTop = top + 30;
  const bottom = plotTop + PLOT;
  const x = scaleLinear([0, window], [LEFT, width - RIGHT]);
  const most = Math.max(...pairs.map(({ slope }) => slope * window), 0) || 1;
  const y = scaleLinear([0, most], [bottom, plotTop]);
  const small = { 'font-size': 11, fill: inks.muted };

  const levels = y.ticks(5);
  const grid = levels
    .map(
      (level) =>
        tag('line', { x1: LEFT, y1: y(level), x2: width - RIGHT, y2: y(level), stroke: inks.rule }) +
        text(LEFT - 6, y(level) + 4, figureText(level), { ...small, 'text-anchor': 'end' }),
    )
    .join('');
  const times = x.ticks(Math.max(2, Math.min(6, Math.floor(width / 110))));
  const places = times
    .map(
      (time) =>
        tag('line', {
          x1: x(time),
          y1: bottom + SPIKE,
          x2: x(time),
          y2: bottom + SPIKE + 4,
          stroke: inks.ink,
        }) + text(x(time), bottom + SPIKE + 17, figureText(time), { ...small, 'text-anchor': 'middle' }),
    )
    .join('');

  // Every position has its place on the line, and all of them end before T.
  const scale = window / Math.max(1, length);
  const each = length <= MOST_MARKS ? Array.from({ length }, (_, p) => p) : [];
  const lines = pairs
    .map((pair) => {
      const k = shown.indexOf(pair.index);
      const { colour, dash } = pairMark(k);
      const stroke = inks.of(colour);
      const strong = pair.index === chosen;
      const line = tag('line', {
        class: 'pair',
        'data-pair': pair.index,
        x1: x(0),
        y1: y(0),
        x2: x(window),
        y2: y(pair.slope * window),
        stroke,
        'stroke-width': strong ? 2 : 1.2,
        'stroke-dasharray': dash.length ? dash.join(' ') : undefined,
      });
      const dots = strong
        ? each
            .map((p) => tag('circle', { cx: x(p * scale), cy: y(pair.frequency * p), r: 1.7, fill: stroke }))
            .join('')
        : '';
      return line + dots;
    })
    .join('');
  const now = pairs
    .map((pair) => {
      const stroke = inks.of(pairMark(shown.indexOf(pair.index)).colour);
      return tag('circle', {
        class: 'now',
        'data-pair': pair.index,
        cx: x(spikeTime),
        cy: y(pair.phase),
        r: pair.index === chosen ? 5 : 3.5,
        fill: stroke,
        stroke: inks.ground,
        'stroke-width': 1.2,
      });
    })
    .join('');

  const raster = each
    .map((p) =>
      tag('line', {
        x1: x(p * scale),
        y1: bottom + SPIKE - 5,
        x2: x(p * scale),
        y2: bottom + SPIKE,
        stroke: inks.muted,
        'stroke-width': 0.7,
      }),
    )
    .join('');
  const label = `spike of position ${position} at t = ${figureText(spikeTime)}`;
  const wide = widthOf(label, 11);
  const at = Math.min(width - RIGHT - wide / 2, Math.max(LEFT + wide / 2, x(spikeTime)));
  const spike =
    tag('line', {
      x1: x(spikeTime),
      y1: plotTop,
      x2: x(spikeTime),
      y2: bottom + 3,
      stroke: inks.muted,
      'stroke-dasharray': '3 3',
    }) +
    tag('line', {
      class: 'spike',
      x1: x(spikeTime),
      y1: bottom + 20,
      x2: x(spikeTime),
      y2: bottom + SPIKE,
      stroke: inks.ink,
      'stroke-width': 3,
    }) +
    text(at, bottom + 14, label, {
      'text-anchor': 'middle',
      fill: inks.ink,
      'font-size': 11,
      stroke: inks.ground,
      'stroke-width': 3,
      'paint-order': 'stroke',
    });
  const axes =
    tag('path', {
      d: `M${LEFT} ${plotTop}V${bottom}H${width - RIGHT}`,
      fill: 'none',
      stroke: inks.ink,
    }) +
    tag('line', { x1: LEFT, y1: bottom + SPIKE, x2: width - RIGHT, y2: bottom + SPIKE, stroke: inks.ink }) +
    text(4, plotTop - 12, 'Phase (radians)', { ...small, fill: inks.ink }) +
    text(
      (LEFT + width - RIGHT) / 2,
      bottom + SPIKE + 34,
      `Spike time in the window, 0 to T = ${figureText(window)}`,
      {
        ...small,
        fill: inks.ink,
        'text-anchor': 'middle',
      },
    );
  return {
    svg: faces + grid + places + lines + raster + axes + spike + now,
    height: bottom + SPIKE + 44,
    axis: { from: x(0), to: x(window), top: plotTop, bottom: bottom + SPIKE },
  };
}

/** Clocks in a row, or more than one: the hand starts upright and turns clockwise, its tip at (sin φ, cos φ). */
function dials(
  pairs: Phase['pairs'],
  chosen: number,
  width: number,
  inks: Inks,
): { svg: string; height: number } {
  const columns = Math.max(1, Math.min(pairs.length, Math.floor(width / DIAL)));
  const step = Math.min(DIAL + 30, width / columns);
  const radius = 32;
  const row = 2 * radius + 12 + LABELS;
  const svg = pairs
    .map((pair, k) => {
      const { colour, dash } = pairMark(k);
      const stroke = inks.of(colour);
      const cx = step * ((k % columns) + 0.5);
      const cy = 6 + radius + Math.floor(k / columns) * row;
      const [sine, cosine] = pair.sinusoidal;
      const hours = [0, 1, 2, 3]
        .map((quarter) => {
          const [dx, dy] = [Math.sin((quarter * Math.PI) / 2), -Math.cos((quarter * Math.PI) / 2)];
          return tag('line', {
            x1: cx + dx * (radius - 4),
            y1: cy + dy * (radius - 4),
            x2: cx + dx * radius,
            y2: cy + dy * radius,
            stroke: inks.muted,
          });
        })
        .join('');
      const strong = pair.index === chosen;
      return tag(
        'g',
        { class: 'dial', 'data-pair': pair.index },
        tag('circle', {
          cx,
          cy,
          r: radius,
          fill: 'none',
          stroke: strong ? stroke : inks.muted,
          'stroke-width': strong ? 2.5 : 1,
        }) +
          hours +
          tag('line', {
            class: 'hand',
            x1: cx,
            y1: cy,
            x2: cx + sine * (radius - 3),
            y2: cy - cosine * (radius - 3),
            stroke,
            'stroke-width': 2.5,
            'stroke-dasharray': dash.length ? dash.join(' ') : undefined,
          }) +
          tag('circle', { cx, cy, r: 2.5, fill: stroke }) +
          text(cx, cy + radius + 15, `i = ${pair.index}`, {
            'text-anchor': 'middle',
            fill: inks.ink,
            'font-size': 11,
            'font-weight': strong ? 'bold' : undefined,
          }) +
          text(cx, cy + radius + 29, `${figureText(Number(turns(pair.phase).toPrecision(3)))} turns`, {
            'text-anchor': 'middle',
            fill: inks.muted,
            'font-size': 11,
          }),
      );
    })
    .join('');
  return { svg, height: Math.ceil(pairs.length / columns) * row };
}
