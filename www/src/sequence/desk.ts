/** The worker's side of the sequence lab: keeps one machine with what has been stored in it, and answers the page's questions. */

import type { Engine, Settled, Values } from '../engine';
import type { Answers, SequenceRequest } from '../protocol';
import type { Sequence } from './engine';
import { joined } from './symbols';

const QUESTIONS: ReadonlySet<string> = new Set<SequenceRequest['type']>([
  'seqSymbols',
  'seqStore',
  'seqReplay',
  'seqRecall',
  'seqForget',
  'seqSession',
  'seqOperations',
  'seqSpikes',
  'ball',
  'seqReport',
]);

export function isSequenceRequest(asked: { type: string }): asked is SequenceRequest {
  return QUESTIONS.has(asked.type);
}

export class SequenceDesk {
  /** Made when it is first asked for; it lives as long as the worker. */
  private sequence: Sequence | null = null;

  constructor(private readonly engine: () => Promise<Engine>) {}

  async answer(asked: SequenceRequest, { lab, values }: Settled): Promise<Answers[SequenceRequest['type']]> {
    if (lab !== 'sequence') {
      throw {
        code: 'refused',
        message: 'Only the sequence lab can answer this. Open a link with lab=sequence.',
      };
    }
    this.sequence ??= new (await this.engine()).Sequence();
    const { sequence } = this;
    switch (asked.type) {
      case 'seqSymbols':
        return sequence.symbols(values);
      case 'seqStore':
        return sequence.store(values, asked.text ?? written(sequence, values));
      case 'seqReplay':
        return sequence.replay(values, asked.text ?? written(sequence, values));
      case 'seqRecall':
        return sequence.recall(values, asked.cue, asked.count);
      case 'seqForget':
        return sequence.forget(values);
      case 'seqSession':
        return sequence.session(values);
      case 'seqOperations':
        return sequence.operations(values, asked.at);
      case 'seqSpikes':
        return sequence.spikes(values, asked.at);
      case 'ball':
        return sequence.ball(values);
      case 'seqReport':
        return sequence.report(values);
    }
  }
}

/** The settings' sequence as a text that is split into the same symbols again. */
function written(sequence: Sequence, values: Values): string {
  if (values.source === 'typed') return values.sequence ?? '';
  return joined(sequence.symbols(values), values);
}
