/** What the wasm module says in the sequence lab. The Rust side is the source of every name and value here. */

import type { Curves, ExecutorInfo, Values, Verdict } from '../../engine/types';

/** One symbol that the machine took in: given by the reader, or its own prediction in recall. */
export interface SymbolStep {
  /** Place in the session, from 0. */
  at: number;
  symbol: string;
  /** 'store' was written; 'replay' was given and only read; 'cue' likewise; 'recall' was the machine's own prediction. */
  mode: 'store' | 'replay' | 'cue' | 'recall';
  /** What it had predicted for this place before it saw it; null for the first symbol, and where the memory was blank. */
  predicted: string | null;
  /** Cosine of that prediction's output to the predicted symbol's code, 0 … 1. */
  similarity: number | null;
  /** 1 − cosine of that output to the code of the symbol that came; null where there was no prediction. */
  surprise: number | null;
  /**
   * What should stand here, as far as the session can tell: in store and replay the symbol itself; in recall the
   * continuation of the stored sequence after the cue. Null where nobody can tell.
   */
  expected: string | null;
  /** Whether the prediction is what should stand here; null where there is none, or nothing to hold it against. */
  right: boolean | null;
}

/** What has happened to one memory since it was blank, oldest first. */
export interface Session {
  steps: SymbolStep[];
  /** Where the last command's steps begin. */
  begin: number;
  /** Symbols that have been stored, in the order of their first appearance. */
  alphabet: string[];
  /** Symbols that have been written. */
  written: number;
  /** Right and wrong predictions of the last command, where they could be judged. */
  right: number;
  wrong: number;
  /** What the last command came to, in a sentence. */
  sentence: string;
  /** Prediction for the symbol that comes next; null while the memory is blank, and where nothing stored answers to this context. */
  next: { symbol: string; similarity: number } | null;
  /** Weights of the address decoder, in words. */
  decoder: string;
  executor: ExecutorInfo;
  /** Kernel launches for one symbol. */
  launches: number;
  /** Milliseconds of the last command. */
  ms: number;
  /** The settings that the session's machine was made with; other ones begin a blank memory. */
  key: string;
}

/** A session without the steps that are known already. */
export interface SessionUpdate extends Session {
  /** Rises with every session that the worker opens. */
  id: number;
  /** How many steps are left out. */
  from: number;
}

/** A vector of a running machine. */
export interface VectorView {
  label: string;
  /** 'code': a ranked N-of-M code, mostly zeros; 'dense': anything. */
  kind: 'code' | 'dense';
  /** Every entry. */
  values: Float32Array;
  /** Of a code: neurons in the order of their firing. */
  order: number[];
}

/** Similarities that a retrieval used, strongest first or in the order of the sequence. */
export interface SimilarityView {
  label: string;
  /** What a value is, as in "dot product" or "attention weight". */
  unit: string;
  items: { label: string; value: number; chosen: boolean }[];
}

export type StageId = 'encoding' | 'context' | 'retrieval' | 'storage' | 'decoding';

/** One operation of one machine at one symbol. */
export interface StageView {
  /** What happens, with this step's numbers. */
  sentence: string;
  formula: string;
  vectors: VectorView[];
  similarities: SimilarityView[];
}

export interface Operations {
  /** Which symbol of the sequence, from 0. */
  at: number;
  length: number;
  symbol: string;
  /** The symbol that comes next; null at the end. */
  next: string | null;
  stages: {
    id: StageId;
    label: string;
    /** Whose correspondence between the two machines it is, in a sentence. */
    mapping: string;
    machine: StageView;
    transformer: StageView;
  }[];
  /** What both predict for the next symbol. */
  predictions: { machine: string; transformer: string };
  /** How the transformer was trained on this sequence, in a sentence with numbers. */
  training: string;
  /** Whether its lesson was ended before its end, and would go on. */
  unfinished: boolean;
}

/** Spikes of one layer for one symbol. */
export interface SpikeLayer {
  id: 'input' | 'context' | 'decoder' | 'output';
  label: string;
  /** Neurons of the layer. */
  neurons: number;
  /** Those that fire before the layer is shut off, in the order of firing. `rank` from 0. */
  spikes: { neuron: number; time: number; rank: number; significance: number }[];
  /** The next few that would have fired. */
  late: { neuron: number; time: number }[];
  /** Whether the code of its firing order is the code of the ranked dot products. */
  same: boolean;
  /** Cosine of the two codes. */
  similarity: number;
  sentence: string;
}

export interface Spikes {
  at: number;
  length: number;
  symbol: string;
  neuron: 'wheel' | 'rdlif';
  label: string;
  formula: string;
  /** End of the time axis. */
  window: number;
  layers: SpikeLayer[];
  /** The input's code in three readings, in the order of firing. Phase is 2π of the time in the window of the volley. */
  readings: { neuron: number; rank: number; significance: number; time: number; phase: number }[];
  /** Activation of a few decoder neurons over time: the first that fire, and the first that does not. */
  traces: { neuron: number; time: number[]; activation: number[]; fired: number | null }[];
  threshold: number;
  /** Firing order against dot product over random pairs, for both neurons, without and with load. */
  checks: {
    neuron: 'wheel' | 'rdlif';
    label: string;
    load: number;
    pairs: number;
    /** Pairs whose two codes are equal. */
    same: number;
    mean: number;
    least: number;
  }[];
  verdicts: Verdict[];
}

export interface Ball {
  bits: number;
  radius: number;
  /** By Hamming distance of query and memory, 0 … n. */
  points: {
    distance: number;
    cosine: number;
    /** Share of the intersection at distance 0. */
    intersection: number;
    /** softmax's weight, exp(β (cosine − 1)). */
    softmax: number;
    /** Whether β was fitted to it. */
    fitted: boolean;
  }[];
  beta: number;
  rSquared: number;
  /** Distances 0 … this were fitted. */
  fittedTo: number;
  /** Fits at n = 64 for the radii of the reference. */
  fits: { bits: number; radius: number; beta: number; rSquared: number }[];
  /** Both used as retrieval on the same memories, by noise of the query. */
  retrieval: {
    memories: number;
    rows: {
      /** Wrong bits of the query. */
      noise: number;
      queries: number;
      /** Share of queries for which both recall the same memory. */
      agree: number;
      /** Share for which it is the memory that the query came from. */
      sdm: number;
      attention: number;
      /** Mean cosine of the two retrieved patterns. */
      cosine: number;
    }[];
  };
  verdicts: Verdict[];
}

/** What an experiment has found so far; its `id` is that of the experiment. */
export interface Study extends Curves {
  /** A second set of curves over another axis, as Kanerva's critical distance. */
  second: Curves | null;
  /** A summary table. */
  rows: { head: string[]; body: string[][] };
  sentence: string;
  verdicts: Verdict[];
}

/** How far work is that takes several turns. */
export interface Turn {
  done: boolean;
  /** Symbols that a machine takes in, or gradient steps of a transformer. */
  unit: 'symbols' | 'steps';
  at: number;
  /** How many there are, at most. */
  of: number;
}

/** What is asked of a machine. A text is split as the settings say. */
export type Ask =
  /** Write it, from where the machine is. */
  | { type: 'store'; text: string }
  /** Present it without writing. */
  | { type: 'replay'; text: string }
  /** Forget the context, take in the cue, and go on alone. "#3" is the first three symbols that were stored. */
  | { type: 'recall'; cue: string; count: number };

/** The reader's side of the sequence lab. One per worker; it keeps a machine with what has been stored in it. */
export interface Sequence {
  /** Begins it; what cannot be done is refused here. */
  begin(values: Values, ask: Ask): Promise<void>;
  /** Goes on with it for about `budgetMs`; 0 ends it as it is. */
  advance(budgetMs: number): Promise<Turn>;
  /** A blank memory. */
  forget(values: Values): Promise<void>;
  /** The session as it is, without the first `steps` if it is the one with this `id`; with other settings, a blank one. */
  session(values: Values, id: number, steps: number): Promise<SessionUpdate>;
  /** A table as CSV; `at` is the symbol, where it is of one. */
  csv(values: Values, table: string, at: number): Promise<string>;
  /** The symbols of the settings' sequence, as it would be stored. */
  symbols(values: Values): string[];
  /** What a machine's way along the settings' sequence depends on. */
  courseKey(values: Values): string;
  /** What the transformer depends on that learns it. */
  lessonKey(values: Values): string;
  /** Takes the machine along the settings' sequence for about `budgetMs`, unless it has been. */
  follow(values: Values, budgetMs: number): Promise<Turn>;
  /** Trains the transformer on that sequence for about `budgetMs`, unless it has learned it; 0 ends its lesson as it is. */
  learn(values: Values, budgetMs: number): Promise<Turn>;
  /** Both machines at a symbol of the settings' sequence. Trains the transformer to its end if `learn` has not. */
  operations(values: Values, at: number): Promise<Operations>;
  spikes(values: Values, at: number): Promise<Spikes>;
  ball(values: Values): Ball;
  /** Takes up the transformer's lesson that was ended before its end. */
  resume(): void;
  /** All that the command line writes about the settings' sequence, made for about `budgetMs`. Other settings begin another one. */
  report(values: Values, budgetMs: number): Promise<{ turn: Turn; report: unknown }>;
  /** The report that is being made is not wanted any more. */
  dropReport(): void;
}
