/**
 * Spikes of all layers for one symbol as a drawing: time to the right, a neuron's place upwards, the more significant a
 * spike the taller and stronger. One drawing serves page and paper.
 */

import { scaleLinear, type ScaleLinear } from 'd3-scale';
import type { Inks } from '../../figure/inks';
import { precise } from '../../figure/print';
import { count } from '../../ui/format';
import { figureText } from '../../ui/text';
import { tag, text, widthOf } from '../../figure/svg';
import type { SpikeLayer, Spikes } from '../../engine/types';
import { ordinal } from './strip';
import { spoken } from './symbols';

/** Whether all layers share one axis of time, or each has its own burst spread out. */
export type Clock = 'one' | 'own';

/** A spike on the drawing. */
export interface Dot {
  layer: SpikeLayer['id'];
  neuron: number;
  time: number;
  /** Null for those that come after the layer is shut off. */
  rank: number | null;
  significance: number | null;
  x: number;
  y: number;
}

export interface Raster {
  svg: string;
  height: number;
  /** Layer by layer, within one in the order of time. */
  dots: Dot[][];
}

const BAND = 84;
const TITLE = 20;
const AXIS = 22;
const GAP = 10;
const LEFT = 44;
const RIGHT = 14;
const LEAST_TICK = 6;
const MOST_TICK = 16;

/** From the first spike to the last that would have come, with some room; a single spike stands in the middle. */
function ownRange({ spikes, late }: SpikeLayer): [number, number] {
  const times = [...spikes, ...late].map(({ time }) => time).filter(Number.isFinite);
  if (!times.length) return [0, 1];
  const [least, greatest] = [Math.min(...times), Math.max(...times)];
  const room = (greatest - least) * 0.06 || Math.abs(greatest) * 0.05 || 1;
  return [least - room, greatest + room];
}

export function drawRaster(
  { layers, window }: Pick<Spikes, 'layers' | 'window'>,
  width: number,
  inks: Inks,
  clock: Clock,
  at: Pick<Dot, 'layer' | 'neuron'> | null = null,
): Raster {
  const right = width - RIGHT;
  const parts: string[] = [];
  const dots: Dot[][] = [];
  let y = 0;
  for (const layer of layers) {
    const own = clock === 'own';
    const x = scaleLinear(own ? ownRange(layer) : [0, window], [LEFT, right]);
    const band = drawBand(layer, x, y + TITLE, width, inks, at);
    parts.push(title(layer, y, width, inks), band.svg);
    dots.push(band.dots);
    y += TITLE + BAND;
    if (own) {
      parts.push(axis(x, y, width, inks));
      y += AXIS;
    }
    y += GAP;
  }
  if (clock === 'one') {
    parts.push(axis(scaleLinear([0, window], [LEFT, right]), y - GAP, width, inks));
    y += AXIS - GAP;
  }
  parts.push(
    text((LEFT + right) / 2, y + 12, 'Time, in gaps between two input spikes', {
      fill: inks.ink,
      'text-anchor': 'middle',
    }),
  );
  return { svg: parts.join(''), height: y + 18, dots };
}

function title(layer: SpikeLayer, y: number, width: number, inks: Inks): string {
  const said = layer.same
    ? '✓ its order is that of the dot products'
    : `✗ not the order of the dot products, cosine ${figureText(layer.similarity)}`;
  const name = `${layer.label}, ${count(layer.neurons)}`;
  const room = widthOf(name, 12) + widthOf(said, 11) + 30 < width;
  return (
    text(0, y + 13, name, { fill: inks.ink, 'font-size': 12, 'font-weight': 'bold', class: 'layer' }) +
    text(
      width,
      y + 13,
      room ? said : layer.same ? '✓ same order' : `✗ cosine ${figureText(layer.similarity)}`,
      {
        fill: layer.same ? inks.muted : inks.ink,
        'text-anchor': 'end',
        class: 'same',
      },
    )
  );
}

function axis(x: ScaleLinear<number, number>, y: number, width: number, inks: Inks): string {
  const many = Math.max(2, Math.min(7, Math.floor(width / 100)));
  const tickText = x.tickFormat(many);
  return x
    .ticks(many)
    .map(
      (tick) =>
        tag('line', { x1: x(tick), y1: y, x2: x(tick), y2: y + 4, stroke: inks.ink }) +
        text(x(tick), y + 16, tickText(tick), {
          fill: inks.muted,
          'text-anchor': 'middle',
          class: 'x-tick',
        }),
    )
    .join('');
}

function drawBand(
  layer: SpikeLayer,
  x: ScaleLinear<number, number>,
  top: number,
  width: number,
  inks: Inks,
  at: Pick<Dot, 'layer' | 'neuron'> | null,
): { svg: string; dots: Dot[] } {
  const bottom = top + BAND;
  // A tall mark of the lowest neuron stays within its band.
  const inset = MOST_TICK / 2 + 1;
  const place = scaleLinear([0, Math.max(1, layer.neurons - 1)], [bottom - inset, top + inset]);
  const most = Math.max(...layer.spikes.map(({ significance }) => significance), 0) || 1;
  const fired = layer.spikes.map(({ neuron, time, rank, significance }): Dot => ({
    layer: layer.id,
    neuron,
    time,
    rank,
    significance,
    x: x(time),
    y: place(neuron),
  }));
  const late = layer.late.map(({ neuron, time }): Dot => ({
    layer: layer.id,
    neuron,
    time,
    rank: null,
    significance: null,
    x: x(time),
    y: place(neuron),
  }));

  const frame =
    tag('rect', {
      x: LEFT,
      y: top,
      width: width - RIGHT - LEFT,
      height: BAND,
      fill: 'none',
      stroke: inks.rule,
    }) +
    tag('line', { x1: LEFT, y1: bottom, x2: width - RIGHT, y2: bottom, stroke: inks.ink }) +
    [0, layer.neurons - 1]
      .map((neuron) =>
        text(LEFT - 5, place(neuron) + 4, count(neuron), {
          fill: inks.muted,
          'text-anchor': 'end',
          class: 'y-tick',
        }),
      )
      .join('');

  const last = fired.at(-1);
  const shut =
    last && late.length
      ? tag('rect', {
          class: 'beyond',
          x: last.x,
          y: top,
          width: Math.max(0, width - RIGHT - last.x),
          height: BAND,
          fill: inks.rule,
          'fill-opacity': 0.35,
        }) +
        tag('line', {
          class: 'shut',
          x1: last.x,
          y1: top,
          x2: last.x,
          y2: bottom,
          stroke: inks.muted,
          'stroke-dasharray': '3 3',
        })
      : '';

  const lateMarks = late
    .map((dot) =>
      tag('line', {
        class: 'late',
        'data-neuron': dot.neuron,
        x1: dot.x,
        y1: dot.y - LEAST_TICK / 2,
        x2: dot.x,
        y2: dot.y + LEAST_TICK / 2,
        stroke: inks.muted,
        'stroke-width': 1.5,
      }),
    )
    .join('');
  const marks = fired
    .map((dot, i) => {
      const share = Math.max(0, dot.significance ?? 0) / most;
      const half = (LEAST_TICK + share * (MOST_TICK - LEAST_TICK)) / 2;
      return tag('line', {
        class: 'spike',
        'data-neuron': dot.neuron,
        x1: dot.x,
        y1: dot.y - half,
        x2: dot.x,
        y2: dot.y + half,
        stroke: i === 0 ? inks.of('--series-2') : inks.of('--series-1'),
        'stroke-opacity': i === 0 ? 1 : 0.45 + 0.55 * share,
        'stroke-width': 2.4,
      });
    })
    .reverse()
    .join('');
  const [first] = fired;
  const firstMark = first
    ? tag('path', {
        class: 'first',
        d: `M${first.x - 10} ${first.y - 4}l6.5 4l-6.5 4z`,
        fill: inks.of('--series-2'),
      })
    : '';

  const chosen =
    at?.layer === layer.id ? [...fired, ...late].find(({ neuron }) => neuron === at.neuron) : undefined;
  const cursor = chosen
    ? tag('circle', {
        class: 'cursor',
        cx: chosen.x,
        cy: chosen.y,
        r: 11,
        fill: 'none',
        stroke: inks.ink,
        'stroke-width': 1.5,
      })
    : '';
  return { svg: frame + shut + lateMarks + marks + firstMark + cursor, dots: [...fired, ...late] };
}

/** A spike in words. */
export function dotWords(layer: SpikeLayer | undefined, dot: Dot): string {
  const where = `${layer?.label ?? dot.layer}, neuron ${dot.neuron}`;
  const when = `t = ${precise(dot.time)}`;
  return dot.rank === null
    ? `${where}: would have fired at ${when}, after the layer was shut off`
    : `${where}: fires ${ordinal(dot.rank + 1)}, at ${when}, significance ${figureText(dot.significance)}`;
}

/** What the drawing shows, for readers who do not see it. */
export function rasterSummary({ layers, label, at, symbol }: Spikes): string {
  const each = layers.map(({ label, spikes, late, same, similarity }) => {
    const [first] = spikes;
    const last = spikes.at(-1);
    if (!first || !last) return `${label}: no spike`;
    return `${label}: ${spikes.length} spikes from ${figureText(first.time)} to ${figureText(last.time)}, neuron ${first.neuron} first, ${late.length} more too late, ${same ? 'the order of the dot products' : `not the order of the dot products, cosine ${figureText(similarity)}`}`;
  });
  return `${label} neurons at symbol ${at + 1}, ${spoken(symbol)}. ${each.join('. ')}.`;
}
