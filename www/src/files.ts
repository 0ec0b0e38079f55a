/** What goes out as a file, and what comes in. Failures are thrown, with a message for the reader. */

import type { LabClient } from './client';
import { save } from './download';
import type { Results, WeightsFile } from './engine';
import type { Recording } from './record';

/** A file beyond this cannot be one of ours; it is not even read. */
const MOST_BYTES = 1 << 30;

export function saveCurves(recording: Recording): void {
  save(new Blob([recording.csv()], { type: 'text/csv' }), 'mnemoscope-copy.csv');
}

export async function saveResults(client: LabClient): Promise<void> {
  const text = JSON.stringify(await client.results(), null, 1);
  save(new Blob([text], { type: 'application/json' }), 'mnemoscope-copy.json');
}

export async function saveWeights(client: LabClient): Promise<void> {
  const bytes = (await client.save()) as Uint8Array<ArrayBuffer>;
  save(new Blob([bytes], { type: 'application/octet-stream' }), 'mnemoscope-copy.safetensors');
}

export type Opened = { results: Results; weights: null } | { results: null; weights: WeightsFile };

/** Opens weights as the present run, or reads another run's results. */
export async function openFile(client: LabClient, file: File, kind: 'results' | 'any'): Promise<Opened> {
  if (file.size > MOST_BYTES) {
    throw new Error(`“${file.name}” is larger than any file of this lab. Nothing has changed.`);
  }
  if (kind === 'results' || /\.(json|csv)$/i.test(file.name)) {
    return { results: await client.readResults(await file.text()), weights: null };
  }
  return { results: null, weights: await client.import(new Uint8Array(await file.arrayBuffer())) };
}
