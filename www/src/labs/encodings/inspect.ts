/** The inspector: two encodings side by side, as maps, as a slice and by their singular values. */

import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { swatch } from '../../ui/controls';
import { save } from '../../ui/download';
import type { Figure } from '../../figure/figure';
import { figureView } from '../../figure/lab-figure';
import { figureText } from '../../ui/text';
import { Question } from '../../ui/ask';
import type { EncodingsContext } from './context';
import { PendingEdits } from '../../ui/pending-edits';
import type { Picture, Side, Spectrum } from '../../engine/types';
import '../../ui/inspect.css';
import '../../ui/parts.css';
import { sideKey } from './keys';
import { VisiblePart } from '../../ui/visible-part';
import {
  extentOf,
  MEASURES,
  SIDE_NAMES,
  SIDES,
  similarityMap,
  union,
  type Extent,
  type Similarity,
} from './maps';
import { sideView } from './side';
import { canBeRelative, SIDE_MARKS, slice, spectra, type BySide } from './slice';
import { slider, type SliderContext } from '../../ui/slider';
import { uploadForm } from './upload';

type Both<T> = Record<Side, T>;
const both = <T>(make: (side: Side) => T): Both<T> => ({ left: make('left'), right: make('right') });
const other = (side: Side): Side => (side === 'left' ? 'right' : 'left');

export class LabEncodingsInspect extends VisiblePart<EncodingsContext> {
  static override properties = {
    ...VisiblePart.properties,
    shared: { state: true },
    relative: { state: true },
    pointed: { state: true },
    unsaved: { state: true },
  };
  /** One range of colours for both maps. */
  declare shared: boolean;
  declare relative: boolean;
  /** The cell that is read, and in which map. */
  declare pointed: { side: Side; cell: number } | null;
  declare unsaved: Both<string>;

  private readonly redraw = () => this.requestUpdate();
  private readonly pictures = both(
    (side) => new Question<Picture>(() => this.context.client.ask('inspect.picture', { side }), this.redraw),
  );
  private readonly spectra = both(
    (side) =>
      new Question<Spectrum | null>(
        () => this.context.client.ask('inspect.spectrum', { side }),
        this.redraw,
        true,
      ),
  );
  protected readonly questions = SIDES.flatMap((side) => [this.pictures[side], this.spectra[side]]);
  private readonly edits = new PendingEdits((name, value) => this.context.change(name, value), this.redraw);
  private readonly extents = new WeakMap<Picture, { extent: Extent | null }>();
  private readonly maps: Both<{ picture: Picture; ends: string; map: Figure | null } | null> = both(
    () => null,
  );
  private slices: { of: unknown[]; figure: Figure } | null = null;
  private spectrum: { of: unknown[]; figure: Figure } | null = null;
  /** What stood on a side before the table before training took its place. */
  private replaced: Partial<Record<Side, string>> = {};
  constructor() {
    super();
    this.shared = false;
    this.relative = false;
    this.pointed = null;
    this.unsaved = both(() => '');
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    const before = changed.get('context') as EncodingsContext | undefined;
    if (before?.activity === 'compiling' && this.context.activity !== 'compiling') this.retry();
  }

  /** Preparing a run that was given up took the worker, and every question with it. */
  private retry() {
    for (const side of SIDES) {
      this.pictures[side].retry();
      this.spectra[side].retry();
    }
  }

  protected override request() {
    for (const side of SIDES) {
      const picture = sideKey(side, 'inspect', this.context);
      this.pictures[side].request(picture.settings, picture.moment);
      // Singular values are of the table alone, as the measures are.
      const spectrum = sideKey(side, 'measures', this.context);
      this.spectra[side].request(spectrum.settings, spectrum.moment);
    }
  }

  private extentOf(picture: Picture | null): Extent | null {
    if (!picture?.matrix) return null;
    const known = this.extents.get(picture);
    if (known) return known.extent;
    const extent = extentOf(picture.matrix);
    this.extents.set(picture, { extent });
    return extent;
  }

  /** The map of a side. It is made anew only for another picture or other colours: a large one takes long to paint. */
  private mapOf(side: Side): Figure | null {
    const picture = this.pictures[side].answer;
    if (!picture) return null;
    const ranges = SIDES.map((each) => this.extentOf(this.pictures[each].answer));
    const extent = this.shared ? union(ranges) : this.extentOf(picture);
    const ends = JSON.stringify(extent);
    const known = this.maps[side];
    if (known?.picture === picture && known.ends === ends) return known.map;
    const map = similarityMap(picture, extent);
    this.maps[side] = { picture, ends, map };
    return map;
  }

  protected override render(): TemplateResult {
    const { context } = this;
    const { values, problems } = context.settled;
    const sliders: SliderContext = {
      properties: context.properties,
      values,
      problems,
      edits: this.edits,
      typeIn: context.typeIn,
    };
    return html`<section class="card part inspect" aria-labelledby="title-inspect">
      <header>
        <h2 id="title-inspect">Inspector</h2>
        <p class="quiet">How alike every position is to every other, under two encodings</p>
      </header>
      ${this.common(sliders)}
      <div class="sides">${SIDES.map((side) => this.side(side, sliders))}</div>
      ${this.sliceView()} ${this.spectrumView()} ${uploadForm(context)}
    </section>`;
  }

  private common(sliders: SliderContext): TemplateResult {
    const measure = (this.context.settled.values.measure ?? 'dot') as Similarity;
    return html`<div class="common">
      <div class="pick">
        <fieldset class="switch">
          <legend class="sr">What is compared</legend>
          ${(Object.keys(MEASURES) as Similarity[]).map(
            (value) =>
              html`<label>
                <input
                  type="radio"
                  name="at-measure"
                  value=${value}
                  .checked=${live(measure === value)}
                  @change=${() => this.context.change('measure', value)}
                /><span>${MEASURES[value].label}</span>
              </label>`,
          )}
        </fieldset>
        <span class="formula">${MEASURES[measure].formula}</span>
      </div>
      <fieldset class="switch">
        <legend class="sr">Range of colours</legend>
        ${[false, true].map(
          (shared) =>
            html`<label>
              <input
                type="radio"
                name="at-range"
                value=${shared ? 'shared' : 'own'}
                .checked=${live(this.shared === shared)}
                @change=${() => (this.shared = shared)}
              /><span>${shared ? 'Same colour range' : 'Own colour range'}</span>
            </label>`,
        )}
      </fieldset>
      ${slider('length', sliders)} ${slider('width', sliders, { step: 2 })}
    </div>`;
  }

  private side(side: Side, sliders: SliderContext): TemplateResult {
    const question = this.pictures[side];
    const opposite = this.pictures[other(side)].answer;
    const linked =
      this.pointed && this.pointed.side !== side && opposite?.length === question.answer?.length
        ? this.pointed.cell
        : null;
    return sideView(
      {
        side,
        picture: question.answer,
        refused: question.refused,
        fresh: question.fresh,
        map: this.mapOf(side),
        linked,
        onCell: (cell) => (this.pointed = cell ? { side, cell } : null),
        sliders,
        save: (format) => void this.save(side, format),
        unsaved: this.unsaved[side],
        before: this.untrained(side),
      },
      this.context,
    );
  }

  /** The trained table as it was at step 0 is the run's own encoding, if it was drawn by the same seed. */
  private untrained(side: Side): { pressed: boolean; press: () => void } | null {
    const { context } = this;
    const { values } = context.settled;
    const run = context.recording?.about.runs.find(({ replica }) => String(replica) === values.trained_run);
    const kind = context.properties.find(({ name }) => name === side)?.kind;
    const picture = this.pictures[side].answer;
    if (!context.live || !run || kind?.type !== 'choice' || picture?.encoding !== 'trained') return null;
    if (!kind.options.some(({ value }) => value === run.arm) || String(run.seed) !== values.seed) return null;
    const opposite = other(side);
    // Of another length or width it would be another table.
    const same = {
      length: picture.length,
      width: picture.width,
      [`${opposite}_gain`]: 1,
      [`${opposite}_noise`]: 0,
    };
    const differ = Object.entries(same).filter(([name, value]) => Number(values[name]) !== value);
    const pressed = values[opposite] === run.arm && differ.length === 0;
    return {
      pressed,
      press: () => {
        if (pressed) {
          context.change(opposite, this.replaced[opposite] ?? 'sinusoidal');
          return;
        }
        if (values[opposite] !== run.arm) this.replaced[opposite] = values[opposite] ?? '';
        for (const [name, value] of differ) context.change(name, String(value));
        context.change(opposite, run.arm);
      },
    };
  }

  private async save(side: Side, format: 'csv' | 'npy') {
    this.unsaved = { ...this.unsaved, [side]: '' };
    try {
      const bytes = await this.context.client.ask('inspect.table', { side, format });
      const name = this.pictures[side].answer?.encoding ?? side;
      const type = format === 'csv' ? 'text/csv' : 'application/octet-stream';
      save(new Blob([bytes as Uint8Array<ArrayBuffer>], { type }), `mnemoscope-table-${name}.${format}`);
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      this.unsaved = { ...this.unsaved, [side]: message };
    }
  }

  private sliceView(): TemplateResult {
    const { context } = this;
    const pictures: BySide<Picture> = both((side) => this.pictures[side].answer);
    const possible = canBeRelative(pictures);
    const relative = possible && this.relative;
    const of = [pictures.left, pictures.right, relative];
    if (!this.slices || of.some((part, i) => part !== this.slices?.of[i])) {
      this.slices = { of, figure: slice(pictures, relative) };
    }
    return html`<section class="view" aria-labelledby="title-slice">
      <h3 id="title-slice">Similarity against distance</h3>
      <p class="help">
        The mean over all pairs of positions at that distance, and as a band the least and the greatest of
        them. Without a band only the distance counts.
      </p>
      ${
        possible
          ? html`<label class="check">
              <input
                type="checkbox"
                name="relative"
                .checked=${live(this.relative)}
                @change=${(event: Event) => (this.relative = (event.target as HTMLInputElement).checked)}
              />Relative to distance 0
            </label>`
          : nothing
      }
      ${figureView(this.slices.figure, context.link)}
    </section>`;
  }

  private spectrumView(): TemplateResult {
    const { context } = this;
    const found: BySide<Spectrum> = both((side) => this.spectra[side].answer);
    const labels = both((side) => this.pictures[side].answer?.label ?? '');
    const of = [found.left, found.right, labels.left, labels.right];
    if (!this.spectrum || of.some((part, i) => part !== this.spectrum?.of[i])) {
      this.spectrum = { of, figure: spectra(found, labels) };
    }
    return html`<section class="view" aria-labelledby="title-spectrum">
      <h3 id="title-spectrum">Singular values</h3>
      <p class="help">
        Of the table of vectors, largest first. A steep fall means that the positions lie in few directions.
        The effective rank is exp(−Σ π ln π) with π = σ ∕ Σ σ.
      </p>
      <dl class="ranks">
        ${SIDES.map((side) => {
          const spectrum = found[side];
          const refused = this.spectra[side].refused;
          return html`<div data-testid="rank-${side}">
            <dt>${swatch(SIDE_MARKS[side])} ${SIDE_NAMES[side]}: ${labels[side]}</dt>
            <dd>
              ${
                spectrum
                  ? html`effective rank <b>${figureText(spectrum.effectiveRank)}</b>,
                      <b>${spectrum.rank}</b> of ${spectrum.singular.length} above a thousandth of the largest`
                  : refused ||
                    (this.spectra[side].fresh ? 'no vectors but zero, so no singular values' : 'on its way')
              }
            </dd>
          </div>`;
        })}
      </dl>
      ${figureView(this.spectrum.figure, context.link)}
    </section>`;
  }
}

customElements.define('lab-encodings-inspect', LabEncodingsInspect);

export function inspectPart(context: EncodingsContext): TemplateResult {
  return html`<lab-encodings-inspect .context=${context}></lab-encodings-inspect>`;
}
