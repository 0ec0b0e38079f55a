/**
 * Spikes of all layers for one symbol: time to the right, a neuron's place upwards, the more significant a spike the taller
 * and stronger.
 */

import { tick } from '../../figure/axis';
import type { Axis, Figure, Links, Mark, Panel } from '../../figure/figure';
import { precise } from '../../figure/print';
import { numbers, type Table } from '../../figure/table';
import { count } from '../../ui/format';
import { figureText } from '../../ui/text';
import type { SpikeLayer, Spikes } from '../../engine/types';
import { ordinal } from './strip';
import { spoken } from './symbols';

/** Whether all layers share one axis of time, or each has its own burst spread out. */
export type Clock = 'one' | 'own';

interface Spike {
  layer: SpikeLayer;
  neuron: number;
  time: number;
  /** Null for those that come after the layer is shut off. */
  rank: number | null;
  significance: number;
}

/** In pixels: of a panel, and of the least and the most significant spike. */
const HEIGHT = 84;
const LEAST = 6;
const MOST = 16;

/** From the first spike to the last that would have come, with some room; a single spike stands in the middle. */
function ownRange({ spikes, late }: SpikeLayer): [number, number] {
  const times = [...spikes, ...late].map(({ time }) => time).filter(Number.isFinite);
  if (!times.length) return [0, 1];
  const [least, greatest] = [Math.min(...times), Math.max(...times)];
  const room = (greatest - least) * 0.06 || Math.abs(greatest) * 0.05 || 1;
  return [least - room, greatest + room];
}

/** In the order of time. */
function spikesOf(layer: SpikeLayer): Spike[] {
  const late = layer.late.map((spike) => ({ ...spike, layer, rank: null, significance: 0 }));
  return [...layer.spikes.map((spike) => ({ ...spike, layer })), ...late];
}

function panelOf(layer: SpikeLayer, x: Axis): Panel {
  const { label, neurons, same, similarity } = layer;
  const top = Math.max(1, neurons - 1);
  // A tall mark of the lowest neuron stays within its panel.
  const inset = MOST / 2 + 1;
  const pixel = top / (HEIGHT - 2 * inset);
  const all = spikesOf(layer);
  const fired = all.filter(({ rank }) => rank !== null);
  const late = all.filter(({ rank }) => rank === null);
  const [first] = fired;
  const last = fired.at(-1);
  const most = Math.max(0, ...fired.map(({ significance }) => significance)) || 1;
  const share = (spike: Spike | undefined) => Math.max(0, spike?.significance ?? 0) / most;
  const links = (
    id: string,
    says: string,
    own: Spike[],
    style: (spike?: Spike) => ReturnType<Links['style']>,
  ) => {
    const end = (side: number) =>
      own.map((spike) => spike.neuron + (side * pixel * (LEAST + share(spike) * (MOST - LEAST))) / 2);
    const times = own.map(({ time }) => time);
    const [y1, y2] = [end(-1), end(1)];
    const mark: Links = {
      kind: 'link',
      id,
      label: says,
      x1: times,
      y1,
      x2: times,
      y2,
      style: (i) => style(own[i]),
    };
    return own.length ? [mark] : [];
  };
  const shut: Mark[] =
    last && late.length ? [{ kind: 'rule', axis: 'x', at: last.time, until: x.range[1] }] : [];
  return {
    title: `${label}, ${count(neurons)}`,
    note: same
      ? '✓ the dot products’ order'
      : `✗ not the dot products’ order, cosine ${figureText(similarity)}`,
    x,
    y: {
      title: '',
      range: [-inset * pixel, top + inset * pixel],
      ticks: [0, neurons - 1],
      format: count,
    },
    height: HEIGHT,
    marks: [
      ...shut,
      ...links('first', 'first to fire, most significant', fired.slice(0, 1), () => ({
        colour: '--series-2',
        width: 2.4,
      })),
      // Whoever fires earlier is drawn later, so that no other hides it.
      ...links(
        'spike',
        'fires; taller and stronger, the more significant',
        fired.slice(1).reverse(),
        (spike) => ({
          colour: '--series-1',
          width: 2.4,
          opacity: 0.45 + 0.55 * share(spike),
        }),
      ),
      ...links('late', 'would have come after the layer is shut off', late, () => ({
        colour: '--muted',
        width: 1.5,
      })),
      {
        kind: 'text',
        x: first ? [first.time] : [],
        y: first ? [first.neuron] : [],
        texts: ['►\u00a0'],
        style: () => ({ colour: '--series-2', size: 9, anchor: 'end' }),
      },
    ],
  };
}

export function rasterFigure(spikes: Spikes, clock: Clock, note: string, csv: () => Promise<string>): Figure {
  const { layers, window } = spikes;
  const all = layers.flatMap(spikesOf);
  const panels = layers.map((layer, i) => {
    const last = i === layers.length - 1;
    // The first input comes at once: its mark stands before it.
    const range = clock === 'own' ? ownRange(layer) : ([-0.04 * window, window] as const);
    return panelOf(layer, {
      title: last ? 'Time, in gaps between two input spikes' : '',
      range,
      format: tick,
      bare: clock === 'one' && !last,
    });
  });
  const title = 'Spikes of every layer';
  return {
    name: 'spikes',
    title,
    note,
    summary: rasterSummary(spikes),
    empty: 'No spike.',
    // No machine is without layers.
    panels: panels as [Panel, ...Panel[]],
    reading: {
      by: 'point',
      x: all.map(({ time }) => time),
      y: all.map(({ neuron }) => neuron),
      panel: all.map(({ layer }) => layers.indexOf(layer)),
      rows: layers.map((own) => all.flatMap(({ layer }, i) => (layer === own ? [i] : []))),
      words: (i) => spikeWords(all[i]),
      role: 'raster of spikes',
      hint: 'Left and right move in the order of time, up and down between layers.',
      invitation: 'Point at a spike, tap it, or use the arrow keys, to read it.',
    },
    tables: [tableOf(all, title, csv)],
  };
}

function tableOf(all: Spike[], title: string, csv: () => Promise<string>): Table {
  return {
    title: `${title}, in the order of time`,
    rows: all.length,
    file: 'spikes',
    csv,
    testId: 'spike-numbers',
    data: (row) => ({ layer: all[row]?.layer.id ?? '' }),
    columns: [
      { name: 'layer', label: 'Layer', words: true, value: (row) => all[row]?.layer.label },
      {
        name: 'rank',
        label: 'Rank',
        value: (row) => all[row]?.rank,
        text: (value) => (value === null ? 'too late' : String(value)),
      },
      numbers(
        'neuron',
        'Neuron',
        all.map(({ neuron }) => neuron),
        String,
      ),
      numbers(
        'time',
        'Time',
        all.map(({ time }) => time),
        precise,
      ),
      numbers(
        'significance',
        'Significance',
        all.map(({ significance }) => significance),
        figureText,
      ),
    ],
  };
}

/** A spike in words. */
function spikeWords(spike: Spike | undefined): string {
  if (!spike) return '';
  const { layer, neuron, time, rank, significance } = spike;
  const where = `${layer.label}, neuron ${neuron}`;
  const when = `t = ${precise(time)}`;
  return rank === null
    ? `${where}: would have fired at ${when}, after the layer was shut off`
    : `${where}: fires ${ordinal(rank + 1)}, at ${when}, significance ${figureText(significance)}`;
}

/** What the drawing shows, for readers who do not see it. */
function rasterSummary({ layers, label, at, symbol }: Spikes): string {
  const each = layers.map(({ label, spikes, late, same, similarity }) => {
    const [first] = spikes;
    const last = spikes.at(-1);
    if (!first || !last) return `${label}: no spike`;
    return `${label}: ${spikes.length} spikes from ${figureText(first.time)} to ${figureText(last.time)}, neuron ${first.neuron} first, ${late.length} more too late, ${same ? 'the order of the dot products' : `not the order of the dot products, cosine ${figureText(similarity)}`}`;
  });
  return `${label} neurons at symbol ${at + 1}, ${spoken(symbol)}. ${each.join('. ')}.`;
}
