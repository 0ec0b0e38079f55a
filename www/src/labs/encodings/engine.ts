/** What the wasm module says in the encodings lab. The Rust side is the source of every name and value here. */

import type { Curves, ExecutorInfo, Values, Verdict } from '../../engine/types';

export type Side = 'left' | 'right';
export type Measure = 'dot' | 'cosine' | 'distance';

/** A table that the reader brought along. */
export interface UploadInfo {
  name: string;
  rows: number;
  columns: number;
  /** As in "NumPy, float64" or "CSV with a line of names". */
  format: string;
  /** What was taken as something else than numbers: a line of names, comments. A sentence each. */
  notes: string[];
}

/** The table of a run of the experiment, as `Run.trained` gives it. Opaque; `free` it unless it was handed over. */
export interface Trained {
  free(): void;
}

/** The similarity of every position of one encoding to every other. */
export interface Picture {
  side: Side;
  /** Identifier of the encoding, as in the property table. */
  encoding: string;
  label: string;
  /** The encoding's formula in a line. */
  formula: string;
  /** What the matrix holds, in a sentence; or why there is none. */
  note: string;
  length: number;
  /** Entries of a position's vector; 0 where an encoding has none (ALiBi). */
  width: number;
  measure: Measure;
  /** Shape [length][length]; null if there is nothing to show. */
  matrix: Float32Array | null;
  /** Similarity against distance 0 … length − 1, over all pairs of that distance. */
  mean: Float32Array;
  least: Float32Array;
  greatest: Float32Array;
  /** Steps that the trained table has been trained for; null for every other encoding. */
  step: number | null;
  executor: ExecutorInfo | null;
  /** Milliseconds that the matrix took, without the table. */
  ms: number;
}

export interface Spectrum {
  /** Singular values, largest first. */
  singular: number[];
  effectiveRank: number;
  /** Singular values above 1e-3 of the largest. */
  rank: number;
}

/** One measure of discriminability; null where an encoding has no such number. */
export interface MeasureRow {
  id: string;
  label: string;
  formula: string;
  unit: string;
  left: number | null;
  right: number | null;
  /** Words in place of a number, such as "not within the length". */
  leftText: string;
  rightText: string;
}

/** One clock, two readings. Arrays of pairs are in the order of their frequencies, fastest first. */
export interface Phase {
  position: number;
  length: number;
  /** T. */
  window: number;
  /** (T / L) p. */
  spikeTime: number;
  pairs: {
    index: number;
    /** ω, radians per position. */
    frequency: number;
    /** ω p, radians, not wrapped. */
    phase: number;
    /** ω L / T: phase = slope × spike time. */
    slope: number;
    /** [sin ω p, cos ω p]. */
    sinusoidal: [number, number];
    /** (T / L) [sin ω p, cos ω p]: the lemma's mapping. */
    amplitude: [number, number];
    /** [sin ω t, cos ω t] at the spike time t: compression, which the lemma does not cover. */
    inside: [number, number];
  }[];
}

/** A cloud of pairs of positions p < q: dot products under one encoding (x) and another (y). */
export interface Cloud {
  label: string;
  /** Regression through the origin of y on x. */
  slope: number;
  pearson: number;
  spearman: number;
  /** Largest |y − expected × x|; null where no slope is expected. */
  residual: number | null;
  /** A sample of the pairs: x0, y0, x1, y1 … in the order of x. */
  points: Float32Array;
  pairs: number;
}

export interface Lemma {
  length: number;
  width: number;
  window: number;
  /** (T / L)². */
  expected: number;
  spikeTime: Cloud;
  compressed: Cloud;
  verdicts: Verdict[];
}

/** A full attention logit of layer 1, split, before and after the mapping. */
export interface Logit {
  /** 'random' are the weights at step 0. */
  weights: 'random' | 'trained';
  step: number;
  run: string;
  head: number;
  length: number;
  /** T / L. */
  scale: number;
  tokens: string[];
  parts: {
    id: 'content-content' | 'content-position' | 'position-content' | 'position-position';
    label: string;
    /** Root mean square over the pairs that attention sees. */
    before: number;
    after: number;
    /** after / before, measured; null where before is zero. */
    factor: number | null;
    /** What the lemma's algebra says; null where layer norm comes first. */
    expected: number | null;
    /** In words. */
    power: string;
  }[];
  /** Whole logits: how far from one global factor they are, in words with the number. */
  sentence: string;
  content: boolean;
  undone: boolean;
  /** Attention weights [query][key] under the switches, before and after the mapping. */
  before: Float32Array;
  after: Float32Array;
  largestDifference: number;
}

interface Spread {
  mean: number;
  least: number;
  greatest: number;
}

export interface SweepArm {
  id: string;
  label: string;
  family: 'compression' | 'gain' | 'random';
  value: number;
  /** Of the table as the model reads it, by seed of the run (equal where the table is not drawn). */
  margin: number;
  effectiveRank: number;
  norm: number;
  /** Steps to 99 % by seed; null: not within the steps so far. */
  steps: (number | null)[];
  /** Held-out token accuracy by seed. */
  accuracy: (number | null)[];
}

export interface Correlation {
  /** Which measure: 'margin', 'effectiveRank', 'norm'. */
  measure: string;
  label: string;
  /** 'all', or a family. */
  family: string;
  /** Spearman's ρ with steps to 99 %, by seed; null where it is undefined. */
  bySeed: (number | null)[];
  spread: Spread | null;
  arms: number;
  /** How many of them have been learned, by seed. */
  learned: number[];
}

/** What an experiment has found so far. */
export type Outcome =
  | { experiment: 'live' }
  | {
      experiment: 'control';
      reference: string;
      rows: {
        id: string;
        label: string;
        /** Largest |difference| of held-out loss from the reference run of the same seed, bits per token. */
        largest: Spread | null;
        at: number | null;
        /** By seed. */
        bySeed: (number | null)[];
      }[];
    }
  | { experiment: 'sweep'; seeds: number[]; arms: SweepArm[]; correlations: Correlation[]; sentence: string }
  | {
      experiment: 'lengths';
      trained: number;
      step: number;
      /** By length; the help of an arm says why it cannot be longer than it was in training. */
      curves: Curves;
      /** What the task asks of a longer sequence. */
      sentence: string;
    };

/** The reader's side of the encodings lab. One per worker; it keeps the uploaded and the trained table. */
export interface Encodings {
  /** Throws a LabError of code 'file'; then the earlier upload stays. */
  upload(name: string, bytes: Uint8Array): UploadInfo;
  forget(): void;
  uploaded(): UploadInfo | undefined;
  /** Takes over (and consumes) the table and weights of a run; `undefined` forgets them. */
  take(trained: Trained | undefined): void;
  picture(values: Values, side: Side): Promise<Picture>;
  spectrum(values: Values, side: Side): Spectrum | null;
  measures(values: Values): MeasureRow[];
  /** A table as CSV. */
  csv(values: Values, table: string): string;
  phase(values: Values): Phase;
  lemma(values: Values): Lemma;
  logit(values: Values): Logit;
  /** The table of one side: 'csv' (no names, one row a position) or 'npy' (float32). Throws 'config' where there is none. */
  table(values: Values, side: Side, format: 'csv' | 'npy'): Uint8Array;
  /** Everything that the command line writes about the two encodings: measures, spectra, lemma, phase. */
  report(values: Values): unknown;
}
