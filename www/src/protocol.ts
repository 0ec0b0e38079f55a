/** What page and worker say to each other: one union each way. */

import type { About, LabError, LabEvent, Preset, Property, Settled, Values } from './engine';

/** Page to worker. */
export type Command =
  /** Read settings from a link's fragment. */
  | { type: 'read'; link: string }
  /** Settle values over the defaults, as a preset does. */
  | { type: 'settle'; values: Values }
  /** Change one of the present values. */
  | { type: 'change'; name: string; value: string }
  /** Train with the present settings: a new run if they differ from the open run's. */
  | { type: 'train' }
  | { type: 'step' }
  | { type: 'pause' }
  | { type: 'reset' }
  | { type: 'visible'; visible: boolean };

/** What the worker is doing. */
export type Activity =
  'starting' | 'compiling' | 'ready' | 'training' | 'paused' | 'hidden' | 'finished' | 'error';

/** A preset with the link that it settles to, by which the page knows it again. */
export type LinkedPreset = Preset & { link: string };

/** Worker to page. */
export type Report =
  | { type: 'described'; properties: Property[]; presets: LinkedPreset[] }
  | { type: 'settled'; settled: Settled }
  | { type: 'activity'; activity: Exclude<Activity, 'compiling' | 'error'> }
  | { type: 'compiling'; fraction: number; what: string }
  /** A run was opened for the settings of `link`; what was recorded before is void. */
  | { type: 'opened'; about: About; link: string }
  /** Back to step 0; no run is open if `closed`. */
  | { type: 'reset'; closed: boolean }
  | { type: 'happened'; events: LabEvent[] }
  | { type: 'failed'; error: LabError };
