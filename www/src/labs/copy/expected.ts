/** What a race of this lab measures, for the charts of a page that has had none yet. A run says it in full. */

import type { Measure } from '../../engine/types';

const loss = {
  id: 'loss',
  label: 'Loss',
  short: 'Loss',
  unit: 'bits per token',
  kind: 'amount',
  better: 'lower',
} as const;
const tokens = {
  id: 'token-accuracy',
  label: 'Tokens right',
  short: 'Tokens',
  unit: 'of judged tokens',
  kind: 'share',
  better: 'higher',
} as const;
const sequences = {
  id: 'sequence-accuracy',
  label: 'Whole sequences right',
  short: 'Sequences',
  unit: 'of sequences without a mistake',
  kind: 'share',
  better: 'higher',
} as const;

export const EXPECTED: Measure[] = [
  { ...loss, phase: 'training' },
  { ...tokens, phase: 'training' },
  { ...loss, phase: 'evaluation' },
  { ...tokens, phase: 'evaluation', threshold: 0.99 },
  { ...sequences, phase: 'evaluation' },
];
