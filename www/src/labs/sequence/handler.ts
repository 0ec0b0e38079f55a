/** The worker's side of the sequence lab: keeps one machine with what has been stored in it, and answers the page's questions. */

import type { Engine, LabId, Settled, Values } from '../../engine/types';
import type { Answers, KnownSteps, SequenceRequest, Work } from '../../engine/protocol';
import type { Ask, SessionUpdate, Sequence, Turn } from './engine';
import { count } from '../../ui/format';
import { joined } from './symbols';

const QUESTIONS: ReadonlySet<string> = new Set<SequenceRequest['type']>([
  'seqSymbols',
  'seqStore',
  'seqReplay',
  'seqRecall',
  'seqForget',
  'seqSession',
  'tableCsv',
  'seqOperations',
  'seqSpikes',
  'ball',
  'seqReport',
]);

/** Tables have one question in all labs. */
export function isSequenceRequest(asked: { type: string }, lab: LabId): asked is SequenceRequest {
  return QUESTIONS.has(asked.type) && (asked.type !== 'tableCsv' || lab === 'sequence');
}

/** Milliseconds of work before others have their turn. */
const TURN_MS = 60;

export interface HandlerOptions {
  engine: Engine;
  /** The settings as they are by now. */
  present: () => Settled;
  onTurn: (work: Work, turn: Turn) => void;
}

type Answer = Answers[SequenceRequest['type']];
/** An answer that takes turns: others have theirs wherever it yields. Nothing of the engine is called outside of a turn. */
type InTurns<T extends Answer = Answer> = AsyncGenerator<void, T>;

/** The questions whose answers take turns, and what a reader stops by. */
const WORKS: Partial<Record<SequenceRequest['type'], Work>> = {
  seqStore: 'session',
  seqReplay: 'session',
  seqRecall: 'session',
  seqForget: 'session',
  seqOperations: 'operations',
  seqSpikes: 'spikes',
  seqReport: 'report',
};

/** Likewise of tables. */
const TABLES: Partial<Record<string, Work>> = {
  operations: 'operations',
  spikes: 'spikes',
  readings: 'spikes',
  'spike-checks': 'spikes',
};

function refused(message: string) {
  return { code: 'refused', message };
}

export class SequenceHandler {
  /** Made when it is first asked for; it lives as long as the worker. */
  private sequence: Sequence | null = null;
  /** How many pieces of each work there are. */
  private readonly active = new Map<Work, number>();
  /** What the reader wants to end, while it counts these. */
  private readonly stopped = new Map<Work, Turn['unit']>();
  /** The machine is at a command, a report is being made: the next one comes after it. */
  private readonly busy = new Set<Work>();

  constructor(private readonly options: HandlerOptions) {}

  /** Work that is at such units, if any is, ends at its next turn. */
  stop(work: Work, unit: Turn['unit']): void {
    if (this.active.get(work)) this.stopped.set(work, unit);
  }

  private stops(work: Work, unit: Turn['unit']): boolean {
    return this.stopped.get(work) === unit && this.stopped.delete(work);
  }

  /** The answer in turns; null for a question that is answered at once. */
  work(asked: SequenceRequest, settled: Settled): InTurns | null {
    const work = asked.type === 'tableCsv' ? TABLES[asked.table] : WORKS[asked.type];
    if (!work) return null;
    this.active.set(work, (this.active.get(work) ?? 0) + 1);
    return this.counted(work, asked, settled);
  }

  private async *counted(work: Work, asked: SequenceRequest, settled: Settled): InTurns {
    try {
      const { values } = settled;
      const sequence = await this.open(settled);
      let same = () => {};
      switch (asked.type) {
        case 'seqStore': {
          const text = asked.text ?? written(sequence, values);
          return yield* this.command(sequence, values, asked.known, { type: 'store', text });
        }
        case 'seqReplay': {
          const text = asked.text ?? written(sequence, values);
          return yield* this.command(sequence, values, asked.known, { type: 'replay', text });
        }
        case 'seqRecall': {
          const { cue } = asked;
          const most = asked.count ?? Number(values.recall);
          const wrong = asked.count === null && settled.problems.find(({ field }) => field === 'recall');
          if (wrong) {
            throw refused(
              `Nothing was recalled: how many symbols to go on for is not clear. Allowed: ${wrong.allowed}.`,
            );
          }
          return yield* this.command(sequence, values, asked.known, { type: 'recall', cue, count: most });
        }
        case 'seqForget':
          return yield* this.command(sequence, values, asked.known, null);
        case 'seqOperations':
          if (asked.goOn) sequence.resume();
          same = this.unchanged('The look at the machine', values, (of) => sequence.courseKey(of));
          yield* this.follow(sequence, values, 'operations');
          yield* this.learn(sequence, values);
          // What is shown next to the transformer is the machine of the settings as they are by now.
          same();
          return await sequence.operations(values, asked.at);
        case 'seqSpikes':
          yield* this.follow(sequence, values, 'spikes');
          return await sequence.spikes(values, asked.at);
        case 'tableCsv':
          yield* this.follow(sequence, values, work);
          if (work === 'operations') yield* this.learn(sequence, values);
          return await sequence.csv(values, asked.table, asked.at);
        default:
          return yield* this.report(sequence, values);
      }
    } finally {
      const left = (this.active.get(work) ?? 1) - 1;
      this.active.set(work, left);
      // It was meant for this one.
      this.stopped.delete(work);
    }
  }

  /** Waits until nobody else is at it. */
  private async *alone<T extends Answer>(work: Work, own: () => InTurns<T>): InTurns<T> {
    while (this.busy.has(work)) yield;
    this.busy.add(work);
    try {
      return yield* own();
    } finally {
      this.busy.delete(work);
    }
  }

  /** What the machine is asked to do; null makes its memory blank. */
  private command(
    sequence: Sequence,
    values: Values,
    known: KnownSteps,
    ask: Ask | null,
  ): InTurns<SessionUpdate> {
    const own = async function* (this: SequenceHandler): InTurns<SessionUpdate> {
      if (!ask) await sequence.forget(values);
      else {
        await sequence.begin(values, ask);
        for (;;) {
          // Other settings take the machine away; it says so itself.
          const turn = await sequence.advance(this.stops('session', 'symbols') ? 0 : TURN_MS);
          if (turn.done) break;
          this.options.onTurn('session', turn);
          yield;
        }
      }
      return sequence.session(values, known.id, known.steps);
    };
    return this.alone('session', own.bind(this));
  }

  /** The machine's way along the settings' sequence. Stopped, it is gone on with from there the next time. */
  private async *follow(sequence: Sequence, values: Values, work: Work): AsyncGenerator<void, void> {
    const check = this.unchanged('The machine’s way along the sequence', values, (of) =>
      sequence.courseKey(of),
    );
    for (;;) {
      const turn = await sequence.follow(values, TURN_MS);
      if (turn.done) return;
      if (this.stops(work, 'symbols')) {
        const at = `${count(turn.at)} of ${count(turn.of)} symbols`;
        throw refused(
          `Stopped after ${at}, for the sequence is shown twice. Press Go on to take up from there.`,
        );
      }
      this.options.onTurn(work, turn);
      yield;
      check();
    }
  }

  private async *learn(sequence: Sequence, values: Values): AsyncGenerator<void, void> {
    const check = this.unchanged('The transformer’s lesson', values, (of) => sequence.lessonKey(of));
    for (;;) {
      const turn = await sequence.learn(values, this.stops('operations', 'steps') ? 0 : TURN_MS);
      if (turn.done) return;
      this.options.onTurn('operations', turn);
      yield;
      check();
    }
  }

  private report(sequence: Sequence, values: Values): InTurns {
    const own = async function* (this: SequenceHandler): InTurns {
      for (;;) {
        if (this.stops('report', 'symbols')) {
          sequence.dropReport();
          throw refused('The report was given up.');
        }
        const { turn, report } = await sequence.report(values, TURN_MS);
        if (turn.done) return report;
        this.options.onTurn('report', turn);
        yield;
      }
    };
    return this.alone('report', own.bind(this));
  }

  /** Throws if the settings are others by now as far as `key` tells. */
  private unchanged(what: string, values: Values, key: (values: Values) => string): () => void {
    const before = key(values);
    return () => {
      const now = this.options.present();
      if (now.values === values) return;
      let same = false;
      try {
        same = now.lab === 'sequence' && key(now.values) === before;
      } catch {
        // They have no sequence at all.
      }
      if (!same) throw { code: 'outdated', message: `${what} was given up: the settings have changed.` };
    };
  }

  private async open({ lab }: Settled): Promise<Sequence> {
    if (lab !== 'sequence')
      throw refused('Only the sequence lab can answer this. Open a link with lab=sequence.');
    this.sequence ??= new this.options.engine.Sequence();
    return this.sequence;
  }

  /** Answers a question at once. */
  async answer(asked: SequenceRequest, settled: Settled): Promise<Answer> {
    const { values } = settled;
    const sequence = await this.open(settled);
    switch (asked.type) {
      case 'seqSymbols':
        return sequence.symbols(values);
      case 'seqSession':
        return sequence.session(values, asked.known.id, asked.known.steps);
      case 'tableCsv':
        return sequence.csv(values, asked.table, asked.at);
      case 'ball':
        return sequence.ball(values);
      default:
        throw refused('This takes turns.');
    }
  }
}

/** The settings' sequence as a text that is split into the same symbols again. */
function written(sequence: Sequence, values: Values): string {
  if (values.source === 'typed') return values.sequence ?? '';
  return joined(sequence.symbols(values), values);
}
