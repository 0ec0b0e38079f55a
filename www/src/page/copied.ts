/** A lab's link, on its way to the clipboard. */

import { fragment, type Shown } from '../engine/client';
import { labAddress } from '../ui/address';
import type { Copying } from '../ui/keep';

/** What came of it. `shown` is what the page leaves out; null in a frame in someone's notes, whose link leads to the whole lab. */
export async function copied(link: string, shown: Shown | null, check: string | null): Promise<Copying> {
  const address = shown
    ? new URL(fragment(link, shown, check), location.href).href
    : labAddress(fragment(link, { hide: [], only: [] }, check).slice(1));
  try {
    await navigator.clipboard.writeText(address);
    return { state: 'copied', certified: check !== null };
  } catch {
    return { state: 'shown', address };
  }
}
