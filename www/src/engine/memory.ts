/** Small things that the page remembers between visits. Without storage it simply does not remember. */

import type { LabId } from './generated';

export type Remembered = 'welcome' | `welcome-${LabId}` | 'shortcuts' | 'folds';

export function recall(name: Remembered): string | null {
  try {
    return localStorage.getItem(`mnemoscope.${name}`);
  } catch {
    return null;
  }
}

export function remember(name: Remembered, value: string): void {
  try {
    localStorage.setItem(`mnemoscope.${name}`, value);
  } catch {
    // Asked again at the next visit.
  }
}
