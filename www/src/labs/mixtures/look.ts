/** What the answers of parts that look at a run depend on. */

import { html, nothing } from 'lit';

import { keyOf, runKey, settingsOf, type Key } from '../../ui/part-key';
import type { LookedAt } from '../../ui/run-picker';

/** The run that is looked at, of contexts that the settings still name; null where there is none. */
export function lookKey(id: string): (context: LookedAt) => Key | null {
  return (context) => {
    const key = runKey(context);
    const { recording, settled, properties } = context;
    // What is only looked at leaves an open run alone.
    const ofRun = (name: string) => properties.some((own) => own.name === name && own.scope === 'run');
    const other = settingsOf(context, id).some(
      (name) =>
        ofRun(name) &&
        !settled.unused.includes(name) &&
        recording?.about.values[name] !== settled.values[name],
    );
    return key && !other
      ? { settings: `${keyOf(context, id)} ${key.settings} ${context.run}`, moment: key.moment }
      : null;
  };
}

/** Below a part of a run that is of other contexts than the settings by now. */
export const otherContexts = (id: string) => (asking: { context: LookedAt }) =>
  asking.context.recording && asking.context.live && !lookKey(id)(asking.context)
    ? html`<p class="help waits">
        The open run is of other contexts than the settings. Press Train for these.
      </p>`
    : nothing;

export const WAITS = 'Press Train: it is of a run.';
