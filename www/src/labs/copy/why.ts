/** Part `why`: whether the positions of the arms say beforehand in which order they learn. */

import { html, nothing } from 'lit';
import type { Elsewhere, Why } from '../../engine/types';
import { part } from '../../ui/part';
import type { PartContext } from '../../ui/part-context';
import { runKey } from '../../ui/part-key';
import '../../ui/parts.css';

interface Found {
  why: Why;
  /** Labs in which the first arm and the last stand beside each other. */
  elsewhere: Elsewhere[];
}

export const whyPart = part<PartContext, Found>({
  tag: 'lab-why',
  id: 'why',
  title: 'Why in this order?',
  note: () => 'what positions look like before anything is trained',
  ask: async ({ client }) => {
    const why = await client.ask('why', {});
    return { why, elsewhere: await client.ask('run.elsewhere', { settings: why.look }) };
  },
  key: (context) => (context.recording?.finished ? runKey(context) : null),
  waits: '',
  found: ({ why, elsewhere }) =>
    html`<p class="finding" data-testid="why-sentence">${why.sentence}</p>
      ${elsewhere.map(
        ({ lab, label, link }) =>
          html`<p>
            <a href="#${link}" data-testid="why-${lab}">See how the first and the last differ</a>, in the lab
            “${label}”.
          </p>`,
      )}`,
  foot: ({ answer }) =>
    answer ? nothing : html`<p class="help waits">Train to the end, and it is worked out here.</p>`,
});
