/** What every panel may read and do. Panels are functions of this; `app.ts` makes one for each drawing. */

import type { LabClient } from '../../engine/client';
import type { Verdict } from '../../engine/types';
import type { FiguresContext } from '../../figure/figures';
import type { FilePlace } from '../../ui/part-context';
import type { Seen, Unseen } from './lab-inspector';

export interface LabContext extends FiguresContext {
  client: LabClient;
  /** Whether the worker still holds the run on show: then it can be looked into, saved and timed. */
  live: boolean;
  /** The settings have changed in what matters to that run since it was opened. */
  stale: boolean;
  verdicts: Verdict[];
  /** The last look at the watched subject; null before the first. */
  seen: Seen | null;
  /** Why the watched subject could not be looked at. */
  unseen: Unseen | null;
  toggleEarlier: (id: number) => void;
  removeEarlier: (id: number) => void;
  /** Weights are opened, results laid beside the present run. */
  readFile: (file: File, place: FilePlace) => void;
  /** Why the last file of each place was refused; empty if it was not. */
  refused: Record<FilePlace, string>;
}
