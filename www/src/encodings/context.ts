/** What every part of the encodings lab may read and do. Parts are functions of this; `app.ts` makes one for each drawing. */

import type { LabClient } from '../client';
import type { Property, Settled, Values, Verdict } from '../engine';
import type { Activity, LinkedPreset } from '../protocol';
import type { Recording } from '../record';
import type { Entry } from '../scoreboard';
import type { UploadInfo } from './engine';

export interface EncodingsContext {
  client: LabClient;
  properties: Property[];
  presets: LinkedPreset[];
  /** `.values` has every property as text. */
  settled: Settled;
  /** One setting; the answer comes as a new context. */
  change: (name: string, value: string) => void;
  /** Several at once, over the defaults, as a preset does. */
  settle: (values: Values) => void;
  /** Curves of the open experiment. */
  recording: Recording | null;
  /** The worker holds that run. */
  live: boolean;
  /** The settings have changed in what matters to the run since it was opened. */
  stale: boolean;
  activity: Activity;
  /** Steps trained of the open run, 0 if none. */
  step: number;
  /** Lines of the charts: the run's arms with label and mark. */
  entries: Entry[];
  hidden: ReadonlySet<string>;
  toggle: (id: string) => void;
  verdicts: Verdict[];
  upload: UploadInfo | null;
  /** Why the last table was not taken; empty if it was. */
  uploadRefused: string;
  uploadFile: (file: File) => void;
  forgetUpload: () => void;
  /** The settings as a link's fragment, for captions of exports. */
  link: string;
}
