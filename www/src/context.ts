/** What every panel may read and do. Panels are functions of this; `app.ts` makes one for each drawing. */

import type { LabClient } from './client';
import type { Inspection, Part, Property, Results, Settled, Verdict } from './engine';
import type { Activity, LinkedPreset, Refusable, Subject } from './protocol';
import type { Recording } from './record';
import type { Entry } from './scoreboard';

/** A run beside the present one, to compare with: one of this visit, or one from a file. */
export interface Earlier {
  id: number;
  name: string;
  recording: Recording | null;
  results: Results | null;
}

export interface LabContext {
  client: LabClient;
  properties: Property[];
  presets: LinkedPreset[];
  parts: Part[];
  settled: Settled | null;
  activity: Activity;
  /** The run on show; its curves stay when the settings change. */
  recording: Recording | null;
  /** Whether the worker still holds the run on show: then it can be looked into, saved and timed. */
  open: boolean;
  /** The settings differ from those of the run on show. */
  stale: boolean;
  /** Encodings of the run on show, with their names, colours and dashes. */
  entries: Entry[];
  /** Encodings that the reader has switched off in the charts. */
  hidden: ReadonlySet<string>;
  /** Step under the pointer, if any. */
  cursor: number | null;
  verdicts: Verdict[];
  /** The last look at the watched subject; null before the first, and when the run is gone. */
  seen: { subject: Subject; inspection: Inspection } | null;
  /** Why the watched subject cannot be looked at. */
  unseen: string;
  /** Newest first. */
  earlier: Earlier[];
  forget: (earlier: Earlier) => void;
  /** Why the last request of a kind was refused, to be said beside its control. */
  refusals: ReadonlyMap<Refusable, string>;
  /** Draw again. */
  refresh: () => void;
}
