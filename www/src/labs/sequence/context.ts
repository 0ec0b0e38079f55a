/**
 * What every part of the sequence lab may read and do. The experiment has no curves of its own, `client.outcome()` has
 * them; spikes and ball have verdicts of their own in their answers.
 */

export type { PartContext as SequenceContext } from '../../ui/part-context';
