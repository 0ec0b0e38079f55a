/** The lab's two faces to programs: an experiment over many machines, and one machine, each in a worker of its own. */

import type { LabClient } from '../../engine/client';
import {
  applySettings,
  connect,
  deferred,
  EngineError,
  SettingsError,
  written,
  type Place,
} from '../../engine/program';
import { Race, type Options } from '../../engine/race';
import type { SequenceSettings } from '../../engine/settings';
import type { Ball, Operations, Session, Settled, Spikes, Values } from '../../engine/types';
import { forget, recall, replay, session, store } from './machine';
import { joined } from './symbols';

/**
 * Runs an experiment of the sequence lab. The results have its curves, as those of a race; there are no weights to
 * save, and nothing to inspect or profile.
 */
export function study(settings: SequenceSettings | string = {}, options: Options = {}): Race {
  return new Race(options, (client) => applySettings(client, settings), false, 'sequence');
}

/** One symbol after the other, or a text that is split as the setting `split` says. */
export type Symbols = string | readonly string[];

/**
 * A sequence machine in a worker of its own, with settings of the sequence lab or those of a link from its page.
 *
 * ```js
 * const machine = await sequence({ context: 'combined' });
 * await machine.store('7 1 5 1 7 1 5 1');
 * const { steps } = await machine.recall('7 1', 6);
 * machine.close();
 * ```
 */
export async function sequence(
  settings: SequenceSettings | string = {},
  options: Place = {},
): Promise<Machine> {
  const client = connect({ ...options, lab: 'sequence' });
  try {
    return new Machine(client, await settling(client, () => applySettings(client, settings)));
  } catch (thrown) {
    client.close();
    throw thrown;
  }
}

/** The settings that `begin` leads to; settings that are not taken are an error. */
async function settling(client: LabClient, begin: () => void): Promise<Settled> {
  const { promise, resolve, reject } = deferred<Settled>();
  const stop = client.listen((report) => {
    if (report.type === 'failed') reject(new EngineError(report.error));
    else if (report.type === 'settled') resolve(report.settled);
  });
  begin();
  try {
    const settled = await promise;
    if (settled.problems.length) throw new SettingsError(settled.problems);
    if (settled.lab !== 'sequence') {
      throw new EngineError({
        code: 'config',
        message: `These settings are of the lab “${settled.lab}”. A machine needs those of the lab “sequence”.`,
      });
    }
    return settled;
  } finally {
    stop();
  }
}

/**
 * A machine and what has happened to it. Each call answers when it is done; a call that is refused (a symbol that was
 * never stored, an empty sequence) rejects with a `Refusal` and leaves the machine as it was.
 */
export class Machine {
  /** @internal Use `sequence`. */
  constructor(
    private readonly client: LabClient,
    private settled: Settled,
  ) {}

  /** All settings, as they are used. */
  get settings(): Values {
    return { ...this.settled.values };
  }

  /** The link that restores them. */
  get link(): string {
    return this.settled.link;
  }

  /** Changes some settings, and gives all. Others of codes, context or memory begin a blank memory. */
  async change(settings: SequenceSettings): Promise<Values> {
    const before = this.settled.values;
    try {
      this.settled = await settling(this.client, () =>
        this.client.settle({ ...before, ...written(settings) }),
      );
    } catch (thrown) {
      // What was mended is undone: the machine is as it was.
      this.client.settle(before);
      throw thrown;
    }
    return this.settings;
  }

  /** The symbols of the settings' sequence. */
  symbols(): Promise<string[]> {
    return this.client.ask('symbols', {});
  }

  /** Stores a sequence in one pass, from where the machine is; the settings' own if none is given. */
  store(symbols?: Symbols): Promise<Session> {
    return store(this.client, this.text(symbols));
  }

  /** Presents a sequence without writing it. */
  replay(symbols?: Symbols): Promise<Session> {
    return replay(this.client, this.text(symbols));
  }

  /** Takes in the cue, and goes on alone for `count` symbols; by the settings if left out. */
  recall(cue?: Symbols, count?: number): Promise<Session> {
    return recall(this.client, this.text(cue) ?? this.settled.values.cue ?? '', count);
  }

  /** A blank memory. */
  forget(): Promise<Session> {
    return forget(this.client);
  }

  /** Ends a command that takes long: its promise resolves with what is through by then. */
  stop(): void {
    this.client.stop('session', 'symbols');
  }

  /** What has happened since the memory was blank. */
  session(): Promise<Session> {
    return session(this.client);
  }

  /** The five operations of machine and transformer at a symbol of the settings' sequence, counted from 0. */
  operations(at: number): Promise<Operations> {
    return this.client.ask('operations', { at });
  }

  /** The spikes of every layer at that symbol. */
  spikes(at: number): Promise<Spikes> {
    return this.client.ask('spikes', { at });
  }

  /** Hamming balls beside softmax. */
  ball(): Promise<Ball> {
    return this.client.ask('ball', {});
  }

  /** What the command line writes about the settings' sequence. */
  report(): Promise<unknown> {
    return this.client.ask('report', {});
  }

  /** Ends the worker. */
  close(): void {
    this.client.close();
  }

  private text(symbols: Symbols | undefined): string | undefined {
    if (symbols === undefined) return undefined;
    if (typeof symbols === 'string') return symbols;
    return joined(symbols, this.settled.values);
  }
}
