/** The course of a session, symbol by symbol: as a strip and as a table. */

import { html, nothing, type TemplateResult } from 'lit';
import { numbers, tableView, type Column } from '../../figure/table';
import { count } from '../../ui/format';
import { figureText } from '../../ui/text';
import type { SymbolStep } from '../../engine/types';
import { symbolText, spoken } from './symbols';

/** More symbols are neither drawn nor written out: the last ones are; the files have all. */
export const MOST_SHOWN = 1000;

const MODES: Record<SymbolStep['mode'], string> = {
  store: 'stored',
  replay: 'shown',
  cue: 'cue',
  recall: 'recalled',
};

export function verdict({ right }: SymbolStep): 'right' | 'wrong' | 'open' {
  return right === null ? 'open' : right ? 'right' : 'wrong';
}

/** The prediction as it stands below the symbol, with its mark. */
export function predictionText(step: SymbolStep): string {
  if (step.predicted === null) return '–';
  const mark = { right: '✓', wrong: '✗', open: '' }[verdict(step)];
  return `${symbolText(step.predicted)}${mark}`;
}

/**
 * One symbol in words: what stands in the strip as place, colour and bars is said here. `from` is the place in the
 * session that counts as the first.
 */
export function stepWords(step: SymbolStep, from: number): string {
  const { at, symbol, mode, predicted, similarity, surprise, expected } = step;
  const parts = [`Symbol ${count(at - from + 1)}, ${MODES[mode]}: ${spoken(symbol)}`];
  if (predicted === null) parts.push('nothing was predicted');
  else {
    const sure = similarity === null ? '' : ` with similarity ${figureText(similarity)}`;
    const judged = verdict(step);
    // What was shown stands where it should, whatever was predicted.
    const truth =
      judged !== 'wrong' || expected === null || expected === symbol
        ? ''
        : `, ${spoken(expected)} should stand here`;
    parts.push(`predicted ${spoken(predicted)}${sure}${judged === 'open' ? '' : `, ${judged}`}${truth}`);
  }
  if (surprise !== null) parts.push(`surprise ${figureText(surprise)}`);
  return parts.join('; ');
}

/** A bar of a value from 0 to 1. */
function bar(kind: 'similarity' | 'surprise', value: number | null): TemplateResult {
  const height = value === null ? 0 : Math.round(100 * Math.min(1, Math.max(0, value)));
  return html`<span class="gauge ${kind}"><span .style=${`height: ${height}%`}></span></span>`;
}

/** Arrow keys move along the symbols; only one of them is a stop of the Tab key. */
function move(event: KeyboardEvent): void {
  const moves: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
  const by = moves[event.key];
  if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  const all = [...(event.currentTarget as HTMLElement).querySelectorAll('button')];
  const now = all.indexOf(event.target as HTMLButtonElement);
  event.preventDefault();
  all[Math.min(all.length - 1, Math.max(0, now + by))]?.focus();
}

export interface CourseActions {
  /** Place in the session that is numbered 1. */
  from: number;
  /** Place of the symbol that is read. */
  current: number;
  read: (at: number) => void;
  /** The reader pressed a symbol. */
  pick: (step: SymbolStep, strip: HTMLElement) => void;
}

/** The strip itself. Symbols that are still to come are hidden by `Playback`, which shows one after the other. */
export function courseStrip(steps: SymbolStep[], actions: CourseActions): TemplateResult {
  const current = steps.some(({ at }) => at === actions.current) ? actions.current : steps[0]?.at;
  const longest = steps.reduce(
    (most, { symbol, predicted, expected }) =>
      Math.max(most, symbol.length, (predicted?.length ?? 0) + 1, (expected?.length ?? 0) + 1),
    2,
  );
  return html`<ol
    class="course"
    data-testid="course"
    aria-label="Symbols in the order of time"
    .style=${`--letters: ${Math.min(12, longest)}`}
    @keydown=${move}
  >
    ${steps.map((step) => {
      const judged = verdict(step);
      return html`<li data-at=${step.at}>
        <button
          type="button"
          class="${step.mode} ${judged}"
          data-mode=${step.mode}
          data-verdict=${judged}
          tabindex=${step.at === current ? 0 : -1}
          aria-current=${step.at === current ? 'true' : 'false'}
          @focus=${() => actions.read(step.at)}
          @pointerenter=${() => actions.read(step.at)}
          @click=${(event: Event) => actions.pick(step, event.currentTarget as HTMLElement)}
        >
          <span class="sr">${stepWords(step, actions.from)}</span>
          <span class="at" aria-hidden="true">${step.at - actions.from + 1}</span>
          <span class="symbol" aria-hidden="true">${symbolText(step.symbol)}</span>
          <span class="predicted" aria-hidden="true">${predictionText(step)}</span>
          <span class="gauges">${bar('similarity', step.similarity)}${bar('surprise', step.surprise)}</span>
          <span class="truth" aria-hidden="true"
            >${judged === 'wrong' && step.mode === 'recall' && step.expected !== null ? `≠ ${symbolText(step.expected)}` : nothing}</span
          >
        </button>
      </li>`;
    })}
  </ol>`;
}

export function courseLegend(): TemplateResult {
  return html`<ul class="key help" aria-label="How to read the strip">
    <li><b>Large</b> the symbol that came; in recall the machine’s own</li>
    <li>
      <b>Small</b> what it had predicted for this place, <span class="good">✓</span> right or
      <span class="bad">✗</span> wrong
    </li>
    <li><span class="patch similarity"></span> similarity of that prediction to the symbol’s code, 0 to 1</li>
    <li><span class="patch surprise"></span> surprise: 1 − its similarity to the symbol that came</li>
  </ul>`;
}

/** More rows are not written out: the last ones are. */
const MOST_ROWS = 200;

export function courseTable(all: SymbolStep[], left: number): TemplateResult {
  const steps = all.slice(-MOST_ROWS);
  const number = (name: 'similarity' | 'surprise', label: string) =>
    numbers(
      name,
      label,
      steps.map((step) => step[name]),
      figureText,
    );
  const words = (name: string, label: string, of: (step: SymbolStep) => string | null): Column => ({
    name,
    label,
    words: true,
    value: (row) => {
      const step = steps[row];
      return step && of(step);
    },
  });
  const symbol = (of: string | null) => (of === null ? null : symbolText(of));
  return tableView({
    title: 'The session, symbol by symbol',
    note: left > 0 || all.length > steps.length ? `the last ${count(steps.length)}; the files have all` : '',
    rows: steps.length,
    testId: 'course-table',
    columns: [
      { name: 'at', label: 'In the session', value: (row) => (steps[row]?.at ?? NaN) + 1 },
      words('mode', 'How', ({ mode }) => MODES[mode]),
      words('symbol', 'Came', (step) => symbol(step.symbol)),
      words('predicted', 'Predicted', (step) => symbol(step.predicted)),
      words('expected', 'Should stand here', (step) => symbol(step.expected)),
      words(
        'verdict',
        'Verdict',
        (step) => ({ right: '✓ right', wrong: '✗ wrong', open: null })[verdict(step)],
      ),
      number('similarity', 'Similarity'),
      number('surprise', 'Surprise'),
    ],
  });
}
