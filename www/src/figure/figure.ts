/** What a line chart shows: `<lab-chart>` draws it on the page, `svg-chart.ts` on paper. */

import type { Mark } from '../ui/palette';

export interface Line {
  id: string;
  label: string;
  mark: Mark;
  shown: boolean;
  /** By step. Null: no finite value, so the line breaks; undefined: not measured here, so it goes on. */
  mean: (number | null | undefined)[];
  min: (number | null | undefined)[];
  max: (number | null | undefined)[];
  /** A line of an earlier run: thinner and paler, without a band. */
  earlier: boolean;
}

/** A horizontal axis of something else than training steps. */
export interface XAxis {
  range: [number, number];
  /** Only these are labelled; by default whole numbers at even distances. */
  ticks?: number[];
  /** A place worth knowing, drawn as an upright line of fine dashes. */
  mark?: number;
}

export interface Figure {
  /** Places of the points on the horizontal axis: training steps, unless `axis` says otherwise. */
  steps: number[];
  lines: Line[];
  /** Least and greatest value of the vertical axis. */
  range: [number, number];
  log: boolean;
  /** A level worth knowing, drawn in fine dashes behind the lines. */
  reference: number | null;
  format: (value: number) => string;
  /** The figure in words, for readers who do not see it. */
  summary: string;
  /** Shown in place of lines while there are none. */
  empty: string;
  /** Charts over training steps move their pointers together; one with an axis of its own does not take part. */
  axis?: XAxis;
  /** The exact values of a point, in words. With it the chart is read by pointer, touch and keyboard. */
  read?: (point: number) => string;
}

const BAND_ALPHA = 0.16;
const FEW_BANDS = 8;

/** Opacity of the bands: many of them, one upon another, would hide the lines. */
export function bandAlpha(lines: Line[]): number {
  const bands = lines.filter((line) => line.shown && !line.earlier).length;
  return BAND_ALPHA * Math.min(1, FEW_BANDS / Math.max(1, bands));
}
