/** What every part of the sequence lab may read and do. */

import type { PartContext } from '../../ui/part-context';

export interface SequenceContext extends PartContext {
  /** Which symbol of the settings' sequence the parts look at, from 0. A sequence that has become shorter may end before it. */
  at: number;
  go: (at: number) => void;
}
