/** A part of the page that looks at one symbol of the settings' sequence after the other. */

import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { LabClient } from '../../engine/client';
import { Question } from '../../ui/ask';
import { keyOf, VisiblePart } from '../../ui/visible-part';
import type { SequenceContext } from './context';
import { placeOf } from './place';
import type { SequenceScrubber } from './scrubber';
import './scrubber';
import { Progress } from './work';
import '../../ui/work.css';

/** What is shown, of which sequence, asked with which settings. */
export interface Viewed<T> {
  symbols: string[];
  shown: T;
  key: string;
}

export abstract class ScrubbedPart<T> extends VisiblePart<SequenceContext> {
  protected readonly question = new Question<Viewed<T>>(
    () => this.ask(),
    () => this.requestUpdate(),
    true,
  );
  protected readonly questions = [this.question];
  protected readonly progress: Progress;
  /** What was drawn last was an answer to the present question. */
  private drawnFresh = true;
  /** Rises when the same is to be looked at anew. */
  private round = 0;
  /** Whose reports this part listens to. */
  private listeningTo: LabClient | null = null;
  private unlisten = () => {};

  /** `work` is the part's name too. */
  constructor(private readonly work: 'operations' | 'spikes') {
    super();
    this.progress = new Progress(work, () => this.requestUpdate());
  }

  /** What is to be seen at symbol `at`. */
  protected abstract look(client: LabClient, at: number): Promise<T>;

  override connectedCallback() {
    super.connectedCallback();
    // An element that is put back listens again.
    if (this.hasUpdated) this.requestUpdate();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.unlisten();
    this.listeningTo = null;
  }

  private get place() {
    return placeOf(this.context.client);
  }

  protected get key(): string {
    return keyOf(this.context, this.work);
  }

  /** A sequence that has just changed may have become shorter, so its length is asked for first. */
  private async ask(): Promise<Viewed<T>> {
    const { client } = this.context;
    const key = this.key;
    const symbols = await client.ask('symbols', {});
    const shown = await this.progress.track(() => this.look(client, this.place.within(symbols.length)));
    return { symbols, shown, key };
  }

  /** The same is asked for once more. */
  protected anew() {
    this.round += 1;
    this.requestUpdate();
  }

  private retry() {
    this.question.retry();
    this.requestUpdate();
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    const before = changed.get('context') as SequenceContext | undefined;
    if (before?.activity === 'compiling' && this.context.activity !== 'compiling') this.question.retry();
    const { client } = this.context;
    if (this.listeningTo === client || !this.isConnected) return;
    this.unlisten();
    const unlistenPlace = this.place.listen(() => this.requestUpdate());
    const unlistenClient = client.listen(this.progress.onReport);
    this.listeningTo = client;
    this.unlisten = () => {
      unlistenPlace();
      unlistenClient();
    };
  }

  protected override request() {
    this.question.request(`${this.key}|${this.place.at}|${this.round}`);
    // An answer that waits its turn is not asked for yet, but the last one is out of date.
    if (this.question.fresh !== this.drawnFresh) this.requestUpdate();
  }

  protected override updated(changed: PropertyValues) {
    this.drawnFresh = this.question.fresh;
    super.updated(changed);
  }

  protected override suspend() {
    super.suspend();
    // What nobody sees stands still.
    this.querySelector<SequenceScrubber>('sequence-scrubber')?.stop();
  }

  protected scrubber(): TemplateResult | typeof nothing {
    const { answer, fresh } = this.question;
    if (!answer) return nothing;
    return html`<sequence-scrubber
      place=${this.work}
      .symbols=${answer.symbols}
      .at=${this.place.within(answer.symbols.length)}
      .ready=${fresh}
      @scrub=${(event: CustomEvent<number>) => this.place.go(event.detail)}
    ></sequence-scrubber>`;
  }

  /** How far the work is, with a way to stop it, and why there is no answer. */
  protected waiting(stop: string): TemplateResult {
    const { question, progress } = this;
    // While something else is asked for, the last refusal is out of date.
    const refused = question.fresh ? question.refused : '';
    return html`${progress.bar(this.context.client, stop, () => this.retry())}
      <p class="refused" role="status">
        ${refused ? html`<span class="wrong">${refused}</span>` : nothing}
      </p>`;
  }
}
