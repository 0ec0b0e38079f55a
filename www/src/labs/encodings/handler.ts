/** The worker's side of the encodings lab: hands a run's table over where it is wanted, and answers the page's questions. */

import type { Engine, LabId, Run, Settled, Values } from '../../engine/types';
import type { Answers, EncodingsRequest } from '../../engine/protocol';
import type { Encodings } from './engine';

/** The open run, and when in its life it is. */
export interface OpenRun {
  run: Run;
  moment: string;
}

const QUESTIONS: ReadonlySet<string> = new Set<EncodingsRequest['type']>([
  'picture',
  'spectrum',
  'measures',
  'tableCsv',
  'phase',
  'lemma',
  'logit',
  'table',
  'upload',
  'forgetUpload',
  'encodingsReport',
]);

/** Tables have one question in all labs. */
export function isEncodingsRequest(asked: { type: string }, lab: LabId): asked is EncodingsRequest {
  return QUESTIONS.has(asked.type) && (asked.type !== 'tableCsv' || lab === 'encodings');
}

/** Questions whose answer may depend on a trained table. */
const OF_TABLES: ReadonlySet<string> = new Set<EncodingsRequest['type']>([
  'picture',
  'spectrum',
  'measures',
  'tableCsv',
  'logit',
  'table',
  'encodingsReport',
]);

function usesTrained({ left, right, weights }: Values): boolean {
  return [left, right, weights].includes('trained');
}

export class EncodingsHandler {
  private encodings: Encodings | null = null;
  /** Which run's table was taken, and of which moment; empty if none is held. */
  private taken = '';

  constructor(private readonly engine: Engine) {}

  async answer(
    asked: EncodingsRequest,
    { lab, values }: Settled,
    open: OpenRun | null,
  ): Promise<Answers[EncodingsRequest['type']]> {
    if (lab !== 'encodings') {
      throw {
        code: 'refused',
        message: 'Only the encodings lab can answer this. Open a link with lab=encodings.',
      };
    }
    this.encodings ??= new this.engine.Encodings();
    const { encodings } = this;
    if (OF_TABLES.has(asked.type) && usesTrained(values)) await this.take(encodings, values, open);
    switch (asked.type) {
      case 'picture':
        return encodings.picture(values, asked.side);
      case 'spectrum':
        return encodings.spectrum(values, asked.side) ?? null;
      case 'measures':
        return encodings.measures(values);
      case 'tableCsv':
        return encodings.csv(values, asked.table);
      case 'phase':
        return encodings.phase(values);
      case 'lemma':
        return encodings.lemma(values);
      case 'logit':
        return encodings.logit(values);
      case 'table':
        return encodings.table(values, asked.side, asked.format);
      case 'upload':
        return encodings.upload(asked.name, asked.bytes);
      case 'forgetUpload':
        encodings.forget();
        return null;
      case 'encodingsReport':
        return encodings.report(values);
    }
  }

  /** Reading a table back from a device takes a while: one of the same run and step is kept. */
  private async take(encodings: Encodings, values: Values, open: OpenRun | null): Promise<void> {
    if (!open) {
      if (this.taken) encodings.take(undefined);
      this.taken = '';
      return;
    }
    const index = Number(values.trained_run);
    const wanted = `${open.moment} ${index}`;
    if (wanted === this.taken) return;
    const trained = await open.run.trained(index);
    this.taken = wanted;
    encodings.take(trained);
  }
}

/** Buffers of an answer that may go to the page without being copied. */
export function transferables(answer: unknown, found: Set<ArrayBuffer> = new Set()): ArrayBuffer[] {
  if (ArrayBuffer.isView(answer)) {
    // A part of a larger buffer, as a view into the module's memory, stays where it is.
    if (answer.buffer instanceof ArrayBuffer && answer.byteLength === answer.buffer.byteLength) {
      found.add(answer.buffer);
    }
  } else if (typeof answer === 'object' && answer !== null) {
    // A list is of one kind: where its first entry holds no buffer none does.
    const parts = Array.isArray(answer) && typeof answer[0] !== 'object' ? [] : Object.values(answer);
    for (const part of parts) transferables(part, found);
  }
  return [...found];
}
