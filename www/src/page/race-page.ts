/** The page of a lab that races models of its own: what the reader chose to look at, and what its figures are drawn from. */

import type { TemplateResult } from 'lit';
import { nothing } from 'lit';
import type { FiguresContext } from '../figure/figures';
import { Shelf } from '../figure/shelf';
import { chartTools } from '../figure/tools';
import { mark } from '../ui/palette';
import type { LookedAt } from '../ui/run-picker';
import type { Entry } from '../ui/series';
import { checkSize } from './files';
import { LabPage } from './lab-page';

export abstract class RacePage extends LabPage {
  protected override readonly shelf = new Shelf();
  protected log = false;
  private cursor: number | null = null;
  /** The run that is looked at. */
  private run = 0;

  protected override entries(): Entry[] {
    const arms = this.recording?.about.arms ?? [];
    return arms.map(({ id, label }, place) => ({ id, label, mark: mark(place + 1) }));
  }

  protected override partContext(): LookedAt | null {
    const context = super.partContext();
    const runs = this.recording?.about.runs.length ?? 0;
    const look = (run: number) => {
      this.run = run;
      this.requestUpdate();
    };
    return context && { ...context, run: this.run < runs ? this.run : 0, look };
  }

  /** A reader's own data: at most so many bytes, and what the lab makes of them, in words; it throws what is wrong with them. */
  protected readonly data: {
    most: number;
    take: (bytes: Uint8Array, name: string, kind?: string) => Promise<string>;
  } | null = null;

  /** Whatever is neither weights nor results of a lab is read as data, where the lab takes any. */
  override async takeFile(file: File, kind?: string): Promise<void> {
    const ours =
      file.name.endsWith('.safetensors') || (await file.slice(0, 64).text()).trimStart().startsWith('{');
    const { data } = this;
    if ((ours && !kind) || !data) return super.takeFile(file);
    return this.withFile('keep', async () => {
      checkSize(file, data.most);
      return data.take(new Uint8Array(await file.arrayBuffer()), file.name, kind);
    });
  }

  /** Arms of earlier runs that the present one has not take the colours after its own. */
  private entryOf(id: string): Entry {
    const own = this.entries();
    const known = own.find((entry) => entry.id === id);
    if (known) return known;
    const earlier = this.shelf.runs.flatMap(({ runs }) => runs.map(({ arm }) => arm));
    const others = [...new Set(earlier)].filter((arm) => own.every((entry) => entry.id !== arm));
    const options = this.properties.flatMap(({ kind }) => ('options' in kind ? kind.options : []));
    const label = options.find(({ value }) => value === id)?.label ?? id;
    return { id, label, mark: mark(own.length + others.indexOf(id) + 1) };
  }

  /** Of evaluations: what a step's batch measures says the same with more noise. */
  protected figures(): FiguresContext {
    const measures = this.recording?.about.measures ?? this.client.settled?.measures ?? [];
    return {
      recording: this.recording,
      measures: measures.filter(({ phase }) => phase === 'evaluation'),
      entries: this.entries(),
      hidden: this.hiddenLines,
      source: 'held-out',
      log: this.log,
      cursor: this.cursor,
      onCursor: (step) => {
        this.cursor = step;
        this.requestUpdate();
      },
      link: this.client.settled?.link ?? '',
      earlier: this.shelf.runs,
      properties: this.properties,
      entryOf: (id) => this.entryOf(id),
    };
  }

  protected tools(figures: FiguresContext): TemplateResult {
    return chartTools(figures, this.recording, figures.measures, ({ log }) => {
      this.log = log ?? this.log;
      this.requestUpdate();
    });
  }

  /** A part, while it is not hidden and there are settings. */
  protected partOf(id: string, view: (context: LookedAt) => TemplateResult) {
    const context = this.partContext();
    return context ? this.showing(id, () => view(context)) : nothing;
  }
}
