/**
 * "One clock, two readings" as a figure: dials for the phases, below them phase against spike time, and the spike in its
 * window.
 */

import { turns } from '../../figure/inks';
import type { Dots, Figure, Group, Mark, Panel } from '../../figure/figure';
import { precise } from '../../figure/print';
import type { Column } from '../../figure/table';
import { numbers } from '../../figure/table';
import { figureText } from '../../ui/text';
import { count } from '../../ui/format';
import { mark } from '../../ui/palette';
import type { Phase } from '../../engine/types';

export const MOST_DIALS = 8;
/** Positions of a longer sequence are not marked one by one. */
const MOST_MARKS = 128;
/** Dials in a row. */
const COLUMNS = 4;
const RADIUS = 32;
const ROW = 112;
/** Panels of the figure, from the top down. */
export const DIALS = 0;

type Pair = Phase['pairs'][number];

/** The mark of the k-th pair that is shown; the first is a plain line. */
export function pairMark(k: number) {
  return mark((k + 1) % MOST_DIALS);
}

const group = (label: string, colour: string): Group => ({ label, colour, shape: 'circle' });

/** Clocks in rows: the hand starts upright and turns clockwise, its tip at (sin φ, cos φ). */
function dials(pairs: Pair[], chosen: number): Panel {
  const rows = Math.max(1, Math.ceil(pairs.length / COLUMNS));
  const x = pairs.map((_, k) => k % COLUMNS);
  // A face stands in the upper part of its row, its words below.
  const y = pairs.map((_, k) => rows - 0.38 - Math.floor(k / COLUMNS));
  const below = (px: number) => y.map((middle) => middle - px / ROW);
  const strong = (k: number) => pairs[k]?.index === chosen;
  const face: Dots = {
    kind: 'dot',
    x,
    y,
    groups: [group('face', '--muted')],
    colourOf: (k) => (strong(k) ? pairMark(k).colour : '--muted'),
    size: RADIUS,
    hollow: true,
  };
  return {
    x: { title: '', range: [-0.5, COLUMNS - 0.5], bare: true },
    y: { title: '', range: [0, rows], bare: true },
    height: rows * ROW,
    marks: [
      face,
      {
        kind: 'vector',
        id: 'hand',
        x,
        y,
        turns: pairs.map(({ phase }) => turns(phase)),
        length: RADIUS - 3,
        style: (k) => ({ ...pairMark(k), width: 2.5 }),
      },
      {
        kind: 'text',
        x,
        y: below(RADIUS + 12),
        texts: pairs.map(({ index }) => `i = ${index}`),
        style: (k) => ({ bold: strong(k) }),
      },
      {
        kind: 'text',
        x,
        y: below(RADIUS + 27),
        texts: pairs.map(({ phase }) => `${figureText(Number(turns(phase).toPrecision(3)))} turns`),
        style: () => ({ colour: '--muted' }),
      },
    ],
  };
}

function lines(phase: Phase, pairs: Pair[], chosen: number): Panel {
  const { length, window, spikeTime } = phase;
  const most = Math.max(...pairs.map(({ slope }) => slope * window), 0) || 1;
  const scale = window / Math.max(1, length);
  const strong = pairs.findIndex(({ index }) => index === chosen);
  const pair = pairs[strong];
  const each = length <= MOST_MARKS ? Array.from({ length }, (_, p) => p) : [];
  const marks: Mark[] = pairs.map(({ index, slope }, k) => ({
    kind: 'line',
    id: `pair-${index}`,
    label: `pair ${index}`,
    mark: pairMark(k),
    x: [0, window],
    y: [0, slope * window],
  }));
  if (pair) {
    // Every position has its place on the line, and all of them end before T.
    marks.push({
      kind: 'dot',
      x: each.map((p) => p * scale),
      y: each.map((p) => pair.frequency * p),
      groups: [group('positions', pairMark(strong).colour)],
      size: 1.7,
    });
  }
  marks.push({
    kind: 'dot',
    x: pairs.map(() => spikeTime),
    y: pairs.map(({ phase: now }) => now),
    groups: [group('now', '--ink')],
    colourOf: (k) => pairMark(k).colour,
    size: 4.5,
  });
  return {
    x: { title: '', range: [0, window], bare: true },
    y: { title: 'Phase (radians)', range: [0, most], format: figureText },
    height: 210,
    marks: [{ kind: 'rule', axis: 'x', at: spikeTime, label: 'now' }, ...marks],
  };
}

function spike({ length, window, spikeTime, position }: Phase): Panel {
  const scale = window / Math.max(1, length);
  const each = length <= MOST_MARKS ? Array.from({ length }, (_, p) => p * scale) : [];
  const right = spikeTime > window / 2;
  return {
    x: {
      title: `Spike time in the window, 0 to T = ${figureText(window)}`,
      range: [0, window],
      format: figureText,
    },
    y: { title: '', range: [0, 1], bare: true },
    height: 40,
    marks: [
      {
        kind: 'link',
        id: 'positions',
        x1: each,
        y1: each.map(() => 0),
        x2: each,
        y2: each.map(() => 0.14),
        style: () => ({ colour: '--muted', width: 0.7 }),
      },
      {
        kind: 'link',
        id: 'spike',
        x1: [spikeTime],
        y1: [0],
        x2: [spikeTime],
        y2: [0.62],
        style: () => ({ colour: '--ink', width: 3 }),
      },
      {
        kind: 'text',
        x: [spikeTime],
        y: [0.85],
        texts: [`spike of position ${position} at t = ${figureText(spikeTime)}`],
        style: () => ({ anchor: right ? 'end' : 'start' }),
      },
    ],
  };
}

/** `shown` are indices of pairs, `chosen` one of them, which is drawn stronger. */
export function clockFigure(
  phase: Phase,
  shown: number[],
  chosen: number,
  csv: () => Promise<string>,
): Figure {
  const pairs = shown.flatMap((index) => phase.pairs[index] ?? []);
  const x = pairs.map(() => phase.spikeTime);
  const y = pairs.map(({ phase: now }) => now);
  const order = pairs.map((_, k) => k);
  return {
    name: 'phase',
    title: 'One clock, two readings',
    note: `Position ${phase.position} of L = ${phase.length}, T = ${figureText(phase.window)}: phase φ = ω p against spike time t = (T/L) p`,
    summary: summary(phase, shown),
    empty: '',
    panels: [dials(pairs, chosen), lines(phase, pairs, chosen), spike(phase)],
    reading: {
      by: 'point',
      x,
      y,
      panel: order.map(() => 1),
      rows: [order],
      role: 'chart',
      hint: 'Arrow keys move from pair to pair.',
      invitation:
        'Point at a dot, tap it, or use the arrow keys, to read a pair. Press or drag along the time to move the position.',
      words: (k) => sentence(phase, pairs[k]?.index ?? chosen),
    },
    tables: [
      {
        title: `All pairs at position ${phase.position}`,
        rows: phase.pairs.length,
        columns: columnsOf(phase),
        file: 'phase',
        csv,
      },
    ],
  };
}

export function sentence(phase: Phase, chosen: number): string {
  const pair = phase.pairs[chosen];
  if (!pair) return '';
  return `Position ${phase.position} of ${phase.length}: spike at t = ${precise(phase.spikeTime)} of T = ${precise(phase.window)}; pair ${pair.index} at φ = ${precise(pair.phase)} rad, ${precise(turns(pair.phase))} turns = ${precise(pair.slope)} · t.`;
}

function summary(phase: Phase, shown: number[]): string {
  const each = shown.map((index) => {
    const pair = phase.pairs[index];
    return pair ? `pair ${index} ${precise(turns(pair.phase))} turns, slope ${precise(pair.slope)}` : '';
  });
  return `Position ${phase.position} of ${phase.length} as a spike at ${precise(phase.spikeTime)} in a window of ${precise(phase.window)}, and as phases: ${each.join('; ')}. The phases of all positions lie on a line through the origin against their spike times.`;
}

function columnsOf(phase: Phase): Column[] {
  const { pairs } = phase;
  const column = (name: string, label: string, of: (pair: Pair) => number) =>
    numbers(name, label, pairs.map(of), precise);
  return [
    numbers(
      'pair',
      'Pair i',
      pairs.map(({ index }) => index),
      count,
    ),
    column('frequency', 'ω (rad per position)', ({ frequency }) => frequency),
    column('phase', 'φ (rad)', ({ phase: now }) => now),
    column('turns', 'Turns', ({ phase: now }) => turns(now)),
    column('spike_time', 't', () => phase.spikeTime),
    column('slope', 'φ ∕ t', ({ slope }) => slope),
    column('sin', 'sin ωp', ({ sinusoidal }) => sinusoidal[0]),
    column('cos', 'cos ωp', ({ sinusoidal }) => sinusoidal[1]),
    column('amplitude_sin', '(T∕L) sin ωp', ({ amplitude }) => amplitude[0]),
    column('amplitude_cos', '(T∕L) cos ωp', ({ amplitude }) => amplitude[1]),
    column('inside_sin', 'sin ωt', ({ inside }) => inside[0]),
    column('inside_cos', 'cos ωt', ({ inside }) => inside[1]),
  ];
}
