/** The address bar, which follows a lab's settings. */

import { labOf } from '../engine/lab-of';
import type { LabId } from '../engine/types';

/** Browsers allow only so many changes of the address; a slider that is dragged would use them up. */
const ADDRESS_MS = 150;

export class AddressBar {
  /** What was written or read last. */
  link: string | null = null;
  private written = -Infinity;
  private pending: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly page: { isConnected: boolean; lab: LabId; fragment: string }) {}

  /** The first change at once, those that follow closely together. */
  show(): void {
    if (this.pending !== undefined) return;
    const wait = this.written + ADDRESS_MS - performance.now();
    const before = location.hash;
    if (wait > 0) this.pending = setTimeout(() => this.write(before), wait);
    else this.write(before);
  }

  private write(before: string): void {
    this.pending = undefined;
    // An address that somebody else has written meanwhile is about to be read, and may name another lab.
    if (!this.page.isConnected || location.hash !== before || labOf(before) !== this.page.lab) return;
    this.written = performance.now();
    try {
      history.replaceState(null, '', this.page.fragment);
      this.link = location.hash;
    } catch {
      // The browser has had enough for now; the next change puts it right.
    }
  }
}
