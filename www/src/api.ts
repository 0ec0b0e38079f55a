/**
 * Races from a program: settings in; a stream of events and a promise of results out.
 *
 * ```js
 * const race = train({ encodings: ['rank', 'none'], steps: 100 });
 * const { measures } = await race.ready;
 * const [first] = measures.filter(({ phase }) => phase === 'evaluation'); // the loss
 * for await (const event of race) {
 *   if (event.type === 'evaluation') console.log(event.step, first.unit, event.values[0]); // one number a run
 * }
 * const { runs, verdicts } = await race.finished;
 * ```
 *
 * Each race has a worker of its own, so several run at a time.
 *
 * The sequence lab has two faces of its own: `sequence` opens a machine to store and recall with, `study` runs an
 * experiment over many.
 */

import type { LabClient } from './engine/client';
import { applySettings, connect, EngineError, type Place } from './engine/program';
import type { Report } from './engine/protocol';
import { Race, type Options } from './engine/race';
import type { Settings } from './engine/settings';
import type { LabId, Preset, Problem, Property, Values } from './engine/types';

export type {
  About,
  ArmInfo,
  Axis,
  Cost,
  Curves,
  ExecutorInfo,
  Inspection,
  KernelCost,
  LabEvent,
  LabId,
  Measure,
  Point,
  Preset,
  Problem,
  Profile,
  Property,
  RunInfo,
  RunResult,
  Values,
  Verdict,
} from './engine/types';
export type { Outcome } from './engine/types';
export type { Ball, Operations, Session, Spikes, SymbolStep } from './engine/types';
export type { Activity, FullResults as Results } from './engine/protocol';
export { Refusal, type WorkerLike } from './engine/client';
export type { SequenceSettings, Settings } from './engine/settings';
export { EngineError, host, SettingsError } from './engine/program';
export { Race, type Options } from './engine/race';
export { Machine, sequence, study, type Symbols } from './labs/sequence/program';

/**
 * Starts a race with the given settings of the copy lab, or with those of a link from the page, of any lab. All others
 * have their defaults.
 */
export function train(settings: Settings | string = {}, options: Options = {}): Race {
  return new Race(options, (client) => applySettings(client, settings));
}

/** Opens a race that was saved, at its step. It stands still until `resume()`, and is there until `close()`. */
export function open(weights: Uint8Array, options: Options = {}): Race {
  return new Race({ keep: true, ...options }, (client) => client.import(weights), true);
}

/** The table of settings, and the presets, of the copy lab or of another. */
export async function describe(
  options: Place & { lab?: LabId } = {},
): Promise<{ properties: Property[]; presets: Preset[] }> {
  return ask(options, (_, report, resolve) => {
    if (report.type === 'described') {
      resolve({ properties: report.properties, presets: report.presets });
    }
  });
}

/** All settings as they would be used, what is wrong with the given ones, and the link that restores them. */
export async function settle(
  settings: Settings | string,
  options: Place = {},
): Promise<{ values: Values; problems: Problem[]; link: string }> {
  return ask(options, (client, report, resolve) => {
    if (report.type === 'described') {
      applySettings(client, settings);
    } else if (report.type === 'settled') {
      const { values, problems, link } = report.settled;
      resolve({ values, problems, link });
    }
  });
}

/** Asks a worker that lives only for this. */
async function ask<T>(
  options: Place & { lab?: LabId },
  onReport: (client: LabClient, report: Report, resolve: (answer: T) => void) => void,
): Promise<T> {
  const client = connect(options);
  try {
    return await new Promise<T>((resolve, reject) => {
      client.listen((report) => {
        if (report.type === 'failed') reject(new EngineError(report.error));
        else onReport(client, report, resolve);
      });
    });
  } finally {
    client.close();
  }
}
