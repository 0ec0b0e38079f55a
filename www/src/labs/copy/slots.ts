/** Where the panels of the lab stand. Each gets the whole context. */

import { html, type TemplateResult } from 'lit';
import type { LabContext } from './context';
import { compare } from '../../figure/compare';
import './lab-cost';
import './lab-inspector';
import { verdictTable } from '../../ui/verdicts';

type Slot = (context: LabContext) => TemplateResult;

/** Only a run that the worker holds can be looked into. */
const openAbout = ({ live, recording }: LabContext) => (live ? (recording?.about ?? null) : null);

/** Part `scoreboard`: claims of the paper with the verdict of this run, below the scoreboard. */
export const verdictSlot: Slot = (context) => verdictTable(context.verdicts, context);

/** Part `look`: attention, predictions, similarity and norms of a chosen run. */
export const lookSlot: Slot = (context) =>
  html`<lab-inspector
    .about=${openAbout(context)}
    .run=${context.recording?.origin ?? ''}
    .entries=${context.entries}
    .seen=${context.seen}
    .unseen=${context.unseen}
    .watch=${context.client.watch}
  ></lab-inspector>`;

/** Part `compare`: the last runs overlaid. */
export const compareSlot: Slot = (context) =>
  compare({
    ...context,
    toggle: context.toggleEarlier,
    remove: context.removeEarlier,
    refused: context.refused.compare,
    readFile: (file) => context.readFile(file, 'compare'),
  });

/** Part `cost`: where the time of a step goes. */
export const costSlot: Slot = (context) =>
  html`<lab-cost
    .about=${openAbout(context)}
    .client=${context.client}
    .turn=${context.client.turnOf('run', ['run.profile'])}
  ></lab-cost>`;
