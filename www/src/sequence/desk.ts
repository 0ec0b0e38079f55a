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

/** Milliseconds of a lesson before others have their turn. */
const LESSON_MS = 60;
/** What a lesson depends on. */
const OF_LESSON = /^(seed|source|sequence|split|alphabet|length|executor|rival_\w+)$/;

export interface Surroundings {
  engine: () => Promise<Engine>;
  /** The settings as they are by now. */
  present: () => Settled;
  /** Lets waiting commands and errands have their turn. */
  turn: () => Promise<void>;
  lesson: (steps: number, most: number) => void;
}

export class SequenceDesk {
  /** Made when it is first asked for; it lives as long as the worker. */
  private sequence: Sequence | null = null;
  private stopped = false;

  constructor(private readonly around: Surroundings) {}

  /** The lesson that goes on, if any, ends at its next turn. */
  stopLesson(): void {
    this.stopped = true;
  }

  /** Training takes seconds, or minutes; the reader may do other things meanwhile, stop it, or change its settings. */
  private async learn(sequence: Sequence, values: Values): Promise<void> {
    this.stopped = false;
    for (;;) {
      const { done, steps, most } = await sequence.learn(values, this.stopped ? 0 : LESSON_MS);
      if (done) return;
      this.around.lesson(steps, most);
      await this.around.turn();
      const now = this.around.present();
      const other = Object.keys(values).some(
        (name) => OF_LESSON.test(name) && values[name] !== now.values[name],
      );
      if (now.lab !== 'sequence' || other) {
        throw {
          code: 'refused',
          message: 'The transformer’s lesson was given up: the settings have changed.',
        };
      }
    }
  }

  async answer(asked: SequenceRequest, { lab, values }: Settled): Promise<Answers[SequenceRequest['type']]> {
    if (lab !== 'sequence') {
      throw {
        code: 'refused',
        message: 'Only the sequence lab can answer this. Open a link with lab=sequence.',
      };
    }
    this.sequence ??= new (await this.around.engine()).Sequence();
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
        await this.learn(sequence, values);
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
