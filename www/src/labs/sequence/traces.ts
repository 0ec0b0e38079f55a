/** Activation of a few decoder neurons against the threshold, as a line chart. */

import { roomy, tick } from '../../figure/axis';
import type { Figure } from '../../figure/figure';
import { precise } from '../../figure/print';
import { numbers } from '../../figure/table';
import { figureText } from '../../ui/text';
import { mark } from '../../ui/palette';
import type { Spikes } from '../../engine/types';

type Trace = Spikes['traces'][number];

/** All times at which a trace bends; a time at which one jumps is there twice, before and after. */
function timesOf(traces: Trace[]): number[] {
  const most = new Map<number, number>();
  for (const { time } of traces) {
    const own = new Map<number, number>();
    for (const t of time) own.set(t, (own.get(t) ?? 0) + 1);
    for (const [t, times] of own) most.set(t, Math.max(most.get(t) ?? 0, times));
  }
  return [...most.entries()]
    .sort(([a], [b]) => a - b)
    .flatMap(([t, times]) => Array.from({ length: Math.min(2, times) }, () => t));
}

/**
 * The values of a trace at `times`: its own points, and between them what lies on the line from one to the next. Null
 * before its first and after its last.
 */
export function along(
  { time, activation }: Pick<Trace, 'time' | 'activation'>,
  times: number[],
): (number | null)[] {
  let next = 0;
  return times.map((t, i) => {
    const again = i > 0 && times[i - 1] === t;
    if (!again) while (next < time.length && (time[next] as number) < t) next += 1;
    // Of several points at one time the first is before the jump, the last after it.
    if (again) while (next + 1 < time.length && time[next + 1] === t) next += 1;
    const [here, value] = [time[next], activation[next]];
    if (here === undefined || value === undefined) return null;
    if (here === t) return value;
    const [before, from] = [time[next - 1], activation[next - 1]];
    if (before === undefined || from === undefined) return null;
    return from + ((value - from) * (t - before)) / (here - before);
  });
}

/** When the activations are greatest: for those that fire, when they do. */
function peaks(traces: Trace[]): number[] {
  return traces.flatMap(({ time, activation }) => {
    const most = activation.reduce(
      (best, value, i) => (value > (activation[best] ?? -Infinity) ? i : best),
      0,
    );
    const at = time[most];
    return at === undefined ? [] : [at];
  });
}

/** Times of the stretch in which the neurons come to the threshold one after another; null if there are none. */
function nearby(traces: Trace[], times: number[]): number[] | null {
  const tops = peaks(traces);
  if (!tops.length) return null;
  const [first, last] = [Math.min(...tops), Math.max(...tops)];
  const room = last - first || Math.abs(last) * 0.01 || 1;
  const ends: [number, number] = [
    Math.max(times[0] ?? first, first - room),
    Math.min(times.at(-1) ?? last, last + room * 0.25),
  ];
  return [ends[0], ...times.filter((t) => t > ends[0] && t < ends[1]), ends[1]];
}

/** `near` leaves out all but the last stretch before the threshold, where the order of firing can be seen. */
export function tracesOf({ traces, threshold, label, neuron }: Spikes, near: boolean, note: string): Figure {
  const whole = timesOf(traces);
  const times = (near ? nearby(traces, whole) : null) ?? whole;
  const lines = traces.map((trace, i) => {
    const fate = trace.fired === null ? 'does not fire' : `fires at ${precise(trace.fired)}`;
    return {
      kind: 'line' as const,
      id: `neuron-${trace.neuron}`,
      label: `neuron ${trace.neuron}, ${fate}`,
      // The first line of the palette is dotted and grey: that of the one that does not fire.
      mark: mark(trace.fired === null ? 0 : i + 1),
      x: times,
      y: along(trace, times),
    };
  });
  const begin = times[0] ?? 0;
  const end = times.at(-1) ?? begin;
  const read = (point: number) => {
    const each = traces.map((trace, i) => `neuron ${trace.neuron} ${precise(lines[i]?.y[point] ?? NaN)}`);
    return `t = ${precise(times[point] ?? NaN)}: ${each.join(', ')}; threshold ${figureText(threshold)}`;
  };
  const fates = lines.map((line) => line.label).join('; ');
  // Where they begin the stretch, and not where they fall back to when they have fired.
  const low = lines.map(({ y }) => y[0]).filter((value) => typeof value === 'number');
  const title = 'Activation of decoder neurons';
  return {
    name: 'traces',
    title,
    note,
    summary: `Activation of ${traces.length} decoder neurons (${label}) against the threshold ${figureText(threshold)}: ${fates}.`,
    empty: 'No decoder neuron is active.',
    panels: [
      {
        x: {
          title: 'Time, in gaps between two input spikes',
          range: end > begin ? [begin, end] : [begin, begin + 1],
          format: tick,
        },
        y: {
          title:
            neuron === 'wheel'
              ? 'Activation, in largest dot products'
              : 'Activation, largest dot product × gap',
          range:
            near && low.length
              ? roomy([...low, threshold])
              : roomy([...lines.flatMap(({ y }) => y), threshold], true),
        },
        marks: [{ kind: 'rule', axis: 'y', at: threshold, label: 'threshold' }, ...lines],
      },
    ],
    reading: { by: 'x', x: times, words: read },
    tables: [
      {
        title,
        rows: whole.length,
        file: 'traces',
        columns: [
          numbers('time', 'Time', whole, figureText),
          ...traces.map((trace) =>
            numbers(`neuron_${trace.neuron}`, `Neuron ${trace.neuron}`, along(trace, whole), figureText),
          ),
        ],
      },
    ],
  };
}
