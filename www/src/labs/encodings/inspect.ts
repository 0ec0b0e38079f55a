/** The inspector: two encodings side by side, as maps, as a slice and by their singular values. */

import { check, switchOf } from '../../ui/options';
import { html, nothing, type TemplateResult } from 'lit';
import { swatch } from '../../ui/controls';
import { save } from '../../ui/download';
import type { Figure } from '../../figure/figure';
import { figureView } from '../../figure/lab-figure';
import { fold } from '../../ui/fold';
import { figureText } from '../../ui/text';
import type { EncodingsContext } from './context';
import type { Picture, Side, Spectrum } from '../../engine/types';
import '../../ui/inspect.css';
import '../../ui/parts.css';
import { sideKey } from './keys';
import { parts, type Ask, type Part } from '../../ui/part';
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
import { slider } from '../../ui/slider';
import { uploadForm } from './upload';
import { formula } from '../../ui/formula';

type Both<T> = Record<Side, T>;
const both = <T>(make: (side: Side) => T): Both<T> => ({ left: make('left'), right: make('right') });
const other = (side: Side): Side => (side === 'left' ? 'right' : 'left');

/** A figure, and what it was made from. */
interface Made {
  of: readonly unknown[];
  figure: Figure | null;
}

interface State {
  /** One range of colours for both maps. */
  shared: boolean;
  relative: boolean;
  /** The cell that is read, and in which map. */
  pointed: { side: Side; cell: number } | null;
  unsaved: Both<string>;
  /** What stood on a side before the table before training took its place. */
  replaced: Partial<Record<Side, string>>;
  /** Figures are made anew only from something else: a large one takes long to paint. */
  made: Map<string, Made>;
}

interface Answers {
  left: Picture;
  right: Picture;
  leftSpectrum: Spectrum | null;
  rightSpectrum: Spectrum | null;
}

type Own = Part<EncodingsContext, State, Answers>;

const picture = (side: Side): Ask<EncodingsContext, State, Picture> => ({
  ask: ({ client }) => client.ask('inspect.picture', { side }),
  key: (context) => sideKey(side, 'inspect', context),
});

const spectrum = (side: Side): Ask<EncodingsContext, State, Spectrum | null> => ({
  ask: ({ client }) => client.ask('inspect.spectrum', { side }),
  // Singular values are of the table alone, as the measures are.
  key: (context) => sideKey(side, 'measures', context),
  patient: true,
});

const spectrumOf = ({ asked }: Own, side: Side) => asked[`${side}Spectrum`];

export const inspectPart = parts<EncodingsContext, State, Answers>({
  tag: 'lab-encodings-inspect',
  id: 'inspect',
  title: 'Inspector',
  note: () => 'How alike every position is to every other, under two encodings',
  state: () => ({
    shared: false,
    relative: false,
    pointed: null,
    unsaved: both(() => ''),
    replaced: {},
    made: new Map(),
  }),
  asks: {
    left: picture('left'),
    right: picture('right'),
    leftSpectrum: spectrum('left'),
    rightSpectrum: spectrum('right'),
  },
  body: (own) =>
    html`${common(own)}
      <div class="sides">${SIDES.map((side) => sideOf(side, own))}</div>
      ${sliceView(own)} ${spectrumView(own)} ${uploadForm(own.context)}`,
});

function figureFrom(
  { state }: Own,
  name: string,
  of: readonly unknown[],
  make: () => Figure | null,
): Figure | null {
  const known = state.made.get(name);
  if (known && of.every((part, i) => part === known.of[i])) return known.figure;
  const figure = make();
  state.made.set(name, { of, figure });
  return figure;
}

const extents = new WeakMap<Picture, { extent: Extent | null }>();

function extentIn(picture: Picture | null): Extent | null {
  if (!picture?.matrix) return null;
  const known = extents.get(picture) ?? { extent: extentOf(picture.matrix) };
  extents.set(picture, known);
  return known.extent;
}

function mapOf(side: Side, own: Own): Figure | null {
  const picture = own.asked[side].answer;
  if (!picture) return null;
  const ranges = SIDES.map((each) => extentIn(own.asked[each].answer));
  const extent = own.state.shared ? union(ranges) : extentIn(picture);
  return figureFrom(own, side, [picture, JSON.stringify(extent)], () => similarityMap(picture, extent));
}

function common({ context, state, sliders, set }: Own): TemplateResult {
  const measure = (context.settled.values.measure ?? 'dot') as Similarity;
  return html`<div class="common two">
    <div class="pick">
      ${switchOf(
        'What is compared',
        'at-measure',
        (Object.keys(MEASURES) as Similarity[]).map((value) => ({ value, label: MEASURES[value].label })),
        measure,
        (value) => context.change('measure', value),
      )}
      <span class="formula">${formula(MEASURES[measure].formula)}</span>
    </div>
    ${switchOf(
      'Range of colours',
      'at-range',
      [
        { value: 'own', label: 'Own colour range' },
        { value: 'shared', label: 'Same colour range' },
      ],
      state.shared ? 'shared' : 'own',
      (range) => set({ shared: range === 'shared' }),
    )}
    ${slider('length', sliders)} ${slider('width', sliders, { step: 2 })}
  </div>`;
}

function sideOf(side: Side, own: Own): TemplateResult {
  const { context, state, asked, sliders, set } = own;
  const question = asked[side];
  const opposite = asked[other(side)].answer;
  const { pointed } = state;
  const linked =
    pointed && pointed.side !== side && opposite?.length === question.answer?.length ? pointed.cell : null;
  return sideView(
    {
      side,
      picture: question.answer,
      refused: question.refused,
      fresh: question.fresh,
      map: mapOf(side, own),
      linked,
      onCell: (cell) => set({ pointed: cell === null ? null : { side, cell } }),
      sliders,
      save: (format) => void saveTable(side, format, own),
      unsaved: state.unsaved[side],
      before: untrained(side, own),
    },
    context,
  );
}

/** The trained table as it was at step 0 is the run's own encoding, if it was drawn by the same seed. */
function untrained(
  side: Side,
  { context, state, asked }: Own,
): { pressed: boolean; press: () => void } | null {
  const { values } = context.settled;
  const run = context.recording?.about.runs.find(({ replica }) => String(replica) === values.trained_run);
  const kind = context.properties.find(({ name }) => name === side)?.kind;
  const picture = asked[side].answer;
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
        context.change(opposite, state.replaced[opposite] ?? 'sinusoidal');
        return;
      }
      if (values[opposite] !== run.arm) state.replaced[opposite] = values[opposite] ?? '';
      for (const [name, value] of differ) context.change(name, String(value));
      context.change(opposite, run.arm);
    },
  };
}

async function saveTable(side: Side, format: 'csv' | 'npy', { context, state, asked, set }: Own) {
  const say = (text: string) => set({ unsaved: { ...state.unsaved, [side]: text } });
  say('');
  try {
    const bytes = await context.client.ask('inspect.table', { side, format });
    const name = asked[side].answer?.encoding ?? side;
    const type = format === 'csv' ? 'text/csv' : 'application/octet-stream';
    save(new Blob([bytes as Uint8Array<ArrayBuffer>], { type }), `mnemoscope-table-${name}.${format}`);
  } catch (thrown) {
    say(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function sliceView(own: Own): TemplateResult {
  const { context, state, asked, set } = own;
  const pictures: BySide<Picture> = both((side) => asked[side].answer);
  const possible = canBeRelative(pictures);
  const relative = possible && state.relative;
  const figure = figureFrom(own, 'slice', [pictures.left, pictures.right, relative], () =>
    slice(pictures, relative),
  );
  const body = html`<p class="help">
      The mean over all pairs of positions at that distance, and as a band the least and the greatest of them.
      Without a band only the distance counts.
    </p>
    ${
      possible
        ? check('Relative to distance 0', state.relative, (relative) => set({ relative }), 'relative')
        : nothing
    }
    ${figure ? figureView(figure, context.link) : nothing}`;
  return html`<section class="view" aria-labelledby="title-slice">
    ${fold({ id: 'slice', within: true, title: 'Similarity against distance' }, body)}
  </section>`;
}

function spectrumView(own: Own): TemplateResult {
  const { context, asked } = own;
  const found: BySide<Spectrum> = both((side) => spectrumOf(own, side).answer);
  const labels = both((side) => asked[side].answer?.label ?? '');
  const of = [found.left, found.right, labels.left, labels.right];
  const figure = figureFrom(own, 'spectrum', of, () => spectra(found, labels));
  const ranks = SIDES.flatMap((side) => found[side]?.effectiveRank ?? []);
  const says = ranks.length ? `Effective rank ${ranks.map(figureText).join(' and ')}` : nothing;
  const body = html`<p class="help">
      Of the table of vectors, largest first. A steep fall means that the positions lie in few directions. The
      effective rank is ${formula('exp(−Σ π ln π)')} with ${formula('π = σ ∕ Σ σ')}.
    </p>
    <dl class="ranks">
      ${SIDES.map((side) => {
        const spectrum = found[side];
        const { refused, fresh } = spectrumOf(own, side);
        return html`<div data-testid="rank-${side}">
          <dt>${swatch(SIDE_MARKS[side])} ${SIDE_NAMES[side]}: ${labels[side]}</dt>
          <dd>
            ${
              spectrum
                ? html`effective rank <b>${figureText(spectrum.effectiveRank)}</b>, <b>${spectrum.rank}</b> of
                    ${spectrum.singular.length} above a thousandth of the largest`
                : refused || (fresh ? 'no vectors but zero, so no singular values' : 'on its way')
            }
          </dd>
        </div>`;
      })}
    </dl>
    ${figure ? figureView(figure, context.link) : nothing}`;
  return html`<section class="view" aria-labelledby="title-spectrum">
    ${fold({ id: 'spectrum', within: true, title: 'Singular values', says }, body)}
  </section>`;
}
