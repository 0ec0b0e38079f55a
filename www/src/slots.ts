/** Where the panels of the lab stand. Each gets the whole context and draws nothing while it has nothing to say. */

import { nothing, type TemplateResult } from 'lit';
import type { LabContext } from './context';

type Slot = (context: LabContext) => TemplateResult | typeof nothing;

/** Part `scoreboard`: claims of the paper with the verdict of this run, below the scoreboard. */
export const verdictSlot: Slot = () => nothing;

/** Part `look`: attention, predictions, similarity and norms of a chosen run. */
export const lookSlot: Slot = () => nothing;

/** Part `compare`: the last runs overlaid. */
export const compareSlot: Slot = () => nothing;

/** Part `cost`: where the time of a step goes. */
export const costSlot: Slot = () => nothing;
