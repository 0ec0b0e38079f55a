/** What goes out as a file, and what comes in. Failures are thrown, with a message for the reader. */

import { labOf } from '../engine/lab-of';
import { LABS } from '../engine/generated';
import type { LabClient } from '../engine/client';
import { save } from '../ui/download';
import type { Name } from '../engine/protocol';
import type { LabId, Results, WeightsFile } from '../engine/types';

/** What the panel of files waits for. */
export const FILES: readonly Name[] = ['run.results', 'run.csv', 'run.save'];

/** What another lab takes of this one: the settings that it becomes there, the part that shows it, and what it is, in words. */
export interface HandedOver {
  kind: string;
  values: [string, string][];
  part: string;
  about: string;
}

/** For another lab: a file that it has to open, or what it takes of this one. Whoever can show that lab calls `preventDefault`. */
export type OtherLab = CustomEvent<{ lab: LabId; file?: File; handed?: HandedOver }>;

/** A file beyond this cannot be one of ours; it is not even read. */
const MOST_BYTES = 1 << 30;

export function saveJson(data: unknown, name: string): void {
  save(new Blob([JSON.stringify(data, null, 1)], { type: 'application/json' }), `mnemoscope-${name}.json`);
}

export async function saveCurves(client: LabClient): Promise<void> {
  save(
    new Blob([await client.ask('run.csv', {})], { type: 'text/csv' }),
    `mnemoscope-${client.settled?.lab ?? LABS[0]}.csv`,
  );
}

export async function saveResults(client: LabClient): Promise<void> {
  const results = await client.ask('run.results', {});
  saveJson(results, results.lab);
}

export async function saveWeights(client: LabClient): Promise<void> {
  const lab = client.settled?.lab ?? LABS[0];
  const bytes = (await client.ask('run.save', {})) as Uint8Array<ArrayBuffer>;
  save(new Blob([bytes], { type: 'application/octet-stream' }), `mnemoscope-${lab}.safetensors`);
}

export type Opened =
  | { kind: 'results'; results: Results }
  | { kind: 'weights'; weights: WeightsFile }
  /** It is of another lab, and nothing has been opened. */
  | { kind: 'elsewhere'; lab: LabId };

/** Refuses a file that is larger than any of ours. */
export function checkSize(file: File, most: number = MOST_BYTES): void {
  if (file.size > most) {
    throw new Error(`“${file.name}” is larger than any file of this lab. Nothing has changed.`);
  }
}

/** Opens weights as the present run, or reads another run's results. Both are for `lab`, or for elsewhere. */
export async function openFile(
  client: LabClient,
  file: File,
  lab: LabId,
  kind: 'results' | 'any',
): Promise<Opened> {
  checkSize(file);
  if (kind === 'results' || /\.(json|csv)$/i.test(file.name)) {
    const results = await client.readResults(await file.text());
    if (results.lab === lab) return { kind: 'results', results };
    if (kind === 'any') return { kind: 'elsewhere', lab: labOf(`lab=${results.lab}`) };
    throw new Error(
      `“${file.name}” is of the lab “${results.lab}”; only results of this lab are laid over each other.`,
    );
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const { settled } = await client.readWeights(bytes);
  if (settled.lab !== lab) return { kind: 'elsewhere', lab: settled.lab };
  return { kind: 'weights', weights: await client.import(bytes) };
}
