/** What every part of a lab may read and do. Parts are functions of this; the lab's page makes one for each drawing. */

import type { LabClient } from '../engine/client';
import type { Part, Property, Settled, Values, Verdict } from '../engine/types';
import type { Activity, LinkedPreset } from '../engine/protocol';
import type { Recording } from '../engine/record';
import type { Entry } from './series';

/** Beside which control a refused file is spoken of. */
export type FilePlace = 'keep' | 'compare';

export interface PartContext {
  client: LabClient;
  properties: Property[];
  presets: LinkedPreset[];
  /** Which settings each part depends on. */
  parts: Part[];
  /** `.values` has every property as text. */
  settled: Settled;
  /** One setting; the answer comes as a new context. */
  change: (name: string, value: string) => void;
  /** The same with what a reader typed: a number in any form that can be read in one way. */
  typeIn: (name: string, text: string) => void;
  /** Several at once, over the defaults, as a preset does. */
  settle: (values: Values) => void;
  /** What is known of the open experiment. */
  recording: Recording | null;
  /** The worker holds that run. */
  live: boolean;
  /** The settings have changed in what matters to the run since it was opened. */
  stale: boolean;
  activity: Activity;
  /** Steps, or units of work, done of the open experiment; 0 if none. */
  step: number;
  /** Lines of the charts: the experiment's arms with label and mark. */
  entries: Entry[];
  hidden: ReadonlySet<string>;
  toggle: (id: string) => void;
  /** What the open experiment says about the claims. */
  verdicts: Verdict[];
  /** Saves the curves of the open run as a file; why that failed stands in the keep panel. */
  saveCurves: () => void;
  /** The settings as a link's fragment, for captions of exports. */
  link: string;
}
