/** The worker's side of the sequence lab: keeps one machine with what has been stored in it, and answers the page's questions. */

import type { Engine, Settled, Values } from '../engine';
import type { Answers, Known, SequenceRequest, Work } from '../protocol';
import type { Ask, News, Sequence, Turn } from './engine';
import { count } from '../format';
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

/** Those that the one machine does one after the other. */
const COMMANDS: ReadonlySet<string> = new Set<SequenceRequest['type']>([
  'seqStore',
  'seqReplay',
  'seqRecall',
  'seqForget',
]);

/** The questions whose answers are worked on in turns. */
const WORKS: Partial<Record<SequenceRequest['type'], Work>> = {
  seqStore: 'session',
  seqReplay: 'session',
  seqRecall: 'session',
  seqOperations: 'operations',
  seqSpikes: 'spikes',
};

/** Milliseconds of work before others have their turn. */
const TURN_MS = 60;

export interface Surroundings {
  engine: () => Promise<Engine>;
  /** The settings as they are by now. */
  present: () => Settled;
  /** Lets waiting commands and errands have their turn. */
  turn: () => Promise<void>;
  turned: (work: Work, turn: Turn) => void;
}

export class SequenceDesk {
  /** Made when it is first asked for; it lives as long as the worker. */
  private sequence: Sequence | null = null;
  /** Work that the reader has ended. */
  private readonly stopped = new Set<Work>();
  /** The machine is at a command. */
  private busy = false;
  /** Commands that came meanwhile. */
  private postponed: (() => void)[] = [];

  constructor(private readonly around: Surroundings) {}

  /** What goes on, if anything does, ends at its next turn. */
  stop(work: Work): void {
    this.stopped.add(work);
  }

  /** Whether the machine has to end another command first; `again` is called after that. */
  postpones(asked: { type: string }, again: () => void): boolean {
    if (!this.busy || !COMMANDS.has(asked.type)) return false;
    this.postponed.push(again);
    return true;
  }

  /** Work that may take seconds, or minutes: the reader does other things meanwhile, stops it, or changes its settings. */
  private async turns(work: Work, go: (budgetMs: number) => Promise<Turn>, check: () => void): Promise<void> {
    for (;;) {
      const turn = await go(this.stopped.has(work) ? 0 : TURN_MS);
      if (turn.done) return;
      this.around.turned(work, turn);
      await this.around.turn();
      check();
    }
  }

  /** Throws if the settings are others by now as far as `key` tells. */
  private unchanged(what: string, values: Values, key: (values: Values) => string): () => void {
    const before = key(values);
    return () => {
      const now = this.around.present();
      if (now.values === values) return;
      let same = false;
      try {
        same = now.lab === 'sequence' && key(now.values) === before;
      } catch {
        // They have no sequence at all.
      }
      if (!same) throw { code: 'refused', message: `${what} was given up: the settings have changed.` };
    };
  }

  /** The machine's way along the settings' sequence. Stopped, it is gone on with from there the next time. */
  private follow(sequence: Sequence, values: Values, work: Work): Promise<void> {
    let last: Turn | null = null;
    const go = async (budgetMs: number) => {
      if (budgetMs === 0 && last) {
        const at = `${count(last.at)} of ${count(last.of)} symbols`;
        throw {
          code: 'refused',
          message: `Stopped after ${at}, shown twice each. Press Go on to take up from there.`,
        };
      }
      last = await sequence.follow(values, budgetMs);
      return last;
    };
    const key = (of: Values) => sequence.courseKey(of);
    return this.turns(work, go, this.unchanged('The machine’s way along the sequence', values, key));
  }

  private learn(sequence: Sequence, values: Values): Promise<void> {
    const key = (of: Values) => sequence.lessonKey(of);
    const go = (budgetMs: number) => sequence.learn(values, budgetMs);
    return this.turns('operations', go, this.unchanged('The transformer’s lesson', values, key));
  }

  private async command(sequence: Sequence, values: Values, known: Known, ask: Ask): Promise<News> {
    this.busy = true;
    try {
      await sequence.begin(values, ask);
      // Other settings take the machine away; it says so itself.
      await this.turns(
        'session',
        (budgetMs) => sequence.advance(budgetMs),
        () => {},
      );
      return await sequence.session(values, known.id, known.steps);
    } finally {
      this.busy = false;
      const { postponed } = this;
      this.postponed = [];
      for (const again of postponed) again();
    }
  }

  async answer(asked: SequenceRequest, { lab, values }: Settled): Promise<Answers[SequenceRequest['type']]> {
    if (lab !== 'sequence') {
      throw {
        code: 'refused',
        message: 'Only the sequence lab can answer this. Open a link with lab=sequence.',
      };
    }
    const work = WORKS[asked.type];
    // What was stopped was the one before.
    if (work) this.stopped.delete(work);
    this.sequence ??= new (await this.around.engine()).Sequence();
    const { sequence } = this;
    switch (asked.type) {
      case 'seqSymbols':
        return sequence.symbols(values);
      case 'seqStore':
        return this.command(sequence, values, asked.known, {
          type: 'store',
          text: asked.text ?? written(sequence, values),
        });
      case 'seqReplay':
        return this.command(sequence, values, asked.known, {
          type: 'replay',
          text: asked.text ?? written(sequence, values),
        });
      case 'seqRecall':
        return this.command(sequence, values, asked.known, {
          type: 'recall',
          cue: asked.cue,
          count: asked.count,
        });
      case 'seqForget':
        await sequence.forget(values);
        return sequence.session(values, 0, 0);
      case 'seqSession':
        return sequence.session(values, asked.known.id, asked.known.steps);
      case 'seqOperations':
        await this.follow(sequence, values, 'operations');
        await this.learn(sequence, values);
        return sequence.operations(values, asked.at);
      case 'seqSpikes':
        await this.follow(sequence, values, 'spikes');
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
