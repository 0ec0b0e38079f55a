/** Questions that are being answered: each in turns, so that others have theirs. */

import type { Command, FullResults, Refusable, Report } from './protocol';
import { toLabError, type Queue } from './queue';
import type { Recording } from './record';
import { transferables } from './transfer';
import type { Engine, Results, Settled, Turn, Values } from './types';

/** Of an answer, before others have their turn. */
const ANSWER_MS = 60;

/** What answers, and what it knows of the run. */
interface Host {
  engine: () => Engine;
  post: (report: Report, transfer?: Transferable[]) => void;
  queue: Queue;
  /** The settings as they are by now. */
  present: () => Settled;
  /** The open run. */
  recorded: () => Recording | null;
  /** What a run that stands still has to report is reported. */
  reportNow: () => Promise<void>;
}

type Ask = Command & { type: 'ask' };

export class Answering {
  /** How far each is, and what the reader wants to end while it counts these units. */
  private readonly under = new Map<number, { turn: Turn | null; stop: string | null }>();
  /** Milliseconds that were worked at each, without what it waited for others. */
  private readonly worked = new Map<number, number>();

  constructor(private readonly host: Host) {}

  /** What the open run answers at once. */
  async ofRun({ about }: Recording, name: string, args: object): Promise<unknown> {
    const { answer } = await this.turn(0, about, name, args);
    return answer;
  }

  private turn(
    id: number,
    { lab, values }: Pick<Settled, 'lab' | 'values'>,
    name: string,
    args: object,
    now: Values | null = null,
    stop: string | null = null,
  ) {
    return this.host.engine().ask(id, lab, name, args, values, now, ANSWER_MS, stop ?? undefined);
  }

  private async *answer({ id, name, args }: Ask, settled: Settled): AsyncGenerator<void, unknown> {
    const { post, present, recorded, reportNow } = this.host;
    const recording = name.startsWith('run.') ? recorded() : null;
    if (name.startsWith('run.')) {
      if (!recording)
        throw { code: 'refused', message: 'There is no run yet. Press Train, Run or Step first.' };
      // Results have all that there is.
      await reportNow();
    }
    const mine = { turn: null as Turn | null, stop: null as string | null };
    this.under.set(id, mine);
    const asked = recording ? recording.about : settled;
    try {
      for (;;) {
        const { stop } = mine;
        mine.stop = null;
        const now = present().lab === asked.lab ? present().values : null;
        const began = performance.now();
        const reply = await this.turn(id, asked, name, args, now, stop);
        this.worked.set(id, (this.worked.get(id) ?? 0) + performance.now() - began);
        if (reply.done) {
          return name === 'run.results' && recording
            ? fullResults(reply.answer as Results, recording)
            : reply.answer;
        }
        if (reply.turn) {
          mine.turn = reply.turn;
          post({ type: 'turned', id, turn: reply.turn });
        }
        yield;
        if (recording && recorded() !== recording) {
          throw { code: 'outdated', message: 'This was given up: the run is another by now.' };
        }
      }
    } finally {
      this.under.delete(id);
    }
  }

  /** Work that is at such units, if any is, ends at its next turn: one answer of it, or all that a part waits for. */
  stop({ part, unit, id }: Command & { type: 'stop' }): void {
    for (const [its, mine] of this.under) {
      if ((id ?? its) === its && mine.turn?.part === part && mine.turn.unit === unit) mine.stop = unit;
    }
  }

  /** The first turn comes in its order, and most answers need no more. */
  async begin(command: Ask, settled: Settled): Promise<void> {
    const { id, name } = command;
    const { queue, reportNow } = this.host;
    const turns = this.answer(command, settled);
    const first = await turns.next().catch((thrown: unknown) => ({ done: true, thrown }));
    const found = async () => {
      if ('thrown' in first) throw first.thrown;
      return first.done ? first.value : queue.inTurns(turns);
    };
    if (first.done) {
      await this.reply(id, name, found());
      return reportNow();
    }
    void this.reply(id, name, found()).then(() => queue.betweenTurns(reportNow));
  }

  async reply(id: number, what: Refusable, answering: Promise<unknown>): Promise<void> {
    const { post } = this.host;
    try {
      const found = await answering;
      const worked = this.worked.get(id) ?? 0;
      this.worked.delete(id);
      post({ type: 'answered', id, what, answer: found, worked }, transferables(found));
    } catch (thrown) {
      this.worked.delete(id);
      post({ type: 'refused', id, what, error: toLabError(thrown) });
    }
  }
}

function fullResults(results: Results, recording: Recording): FullResults {
  const training = recording.training();
  return { ...results, ...(training.curves.length ? { training } : {}) };
}
