/** Keeping and sharing a run: the link with its certificate, files out and in, and the run of an earlier visit. */

import { html, nothing, type TemplateResult } from 'lit';
import type { CheckComparison } from '../engine/types';
import { count, plural } from './format';
import { filePicker } from './picker';
import type { Kept } from '../engine/protocol';
import type { Recording } from '../engine/record';
import './keep.css';

export type Copying =
  | { state: 'idle' }
  /** In the clipboard; `certified` if it carries the first losses. */
  | { state: 'copied'; certified: boolean }
  /** The browser gave no access to the clipboard: the reader copies it by hand. */
  | { state: 'shown'; address: string };

/** A file that the reader may save. */
export interface Save {
  id: string;
  label: string;
  enabled: boolean;
  act: () => void;
}

/** What each lab says for itself. */
export interface KeepParts {
  saves: Save[];
  /** What the files hold; about the weights if left out. */
  about?: string;
  /** What can be opened: the button's label, and file names as the attribute `accept` has them. */
  open: { label: string; accept: string };
}

export interface KeepContext extends KeepParts {
  /** Whether files may be dropped on the page. */
  drops: boolean;
  /** How far a file is that takes long to make. */
  work: TemplateResult | typeof nothing;
  copying: Copying;
  /** Address of the page that puts a lab with these settings into someone's notes. */
  notes: string;
  /** Step up to which the run is kept in this browser; null if it is not. */
  keptStep: number | null;
  /** What the last file led to. */
  status: string;
  refused: string;
  copyLink: () => void;
  readFile: (file: File) => void;
}

export function ago(when: number, now: number): string {
  const minutes = Math.round((now - when) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 90) return `${plural(minutes, 'minute')} ago`;
  const hours = Math.round(minutes / 60);
  return hours < 36 ? `${plural(hours, 'hour')} ago` : `${plural(Math.round(hours / 24), 'day')} ago`;
}

function button(id: string, label: string, enabled: boolean, act: () => void): TemplateResult {
  return html`<button
    type="button"
    data-testid=${id}
    aria-disabled=${enabled ? 'false' : 'true'}
    @click=${() => enabled && act()}
  >
    ${label}
  </button>`;
}

const WEIGHTS =
  'The weights file also holds the settings, the step and the optimiser’s state: opened here, on the same kind of executor, training goes on with the very same numbers.';

function copied(copying: Copying): string {
  if (copying.state === 'shown') return 'Your browser does not let the page copy. Here is the link:';
  if (copying.state === 'idle') return '';
  return copying.certified
    ? 'Link copied. It restores every setting, and tells its reader whether their first ten losses are the same.'
    : 'Link copied. It restores every setting.';
}

export function keepPanel(context: KeepContext): TemplateResult {
  const { copying } = context;
  return html`<section class="card keep" aria-labelledby="title-keep">
    <h2 id="title-keep">Keep and share</h2>
    <p class="take">
      ${button('copy-link', 'Copy link', true, context.copyLink)}
      <a href=${context.notes} target="_blank" rel="noopener" data-testid="notes"
        >Put this lab into your notes</a
      >
      <span role="status" data-testid="copied">${copied(copying)}</span>
    </p>
    ${
      copying.state === 'shown'
        ? html`<input
            class="address"
            readonly
            aria-label="Link"
            .value=${copying.address}
            @focus=${(event: Event) => (event.target as HTMLInputElement).select()}
          />`
        : nothing
    }
    <h3>Save</h3>
    <p class="take">${context.saves.map(({ id, label, enabled, act }) => button(id, label, enabled, act))}</p>
    ${context.work}
    <p class="help">
      ${context.about ?? WEIGHTS}
      ${
        context.keptStep === null
          ? nothing
          : html`<span data-testid="kept">
              This browser keeps the run for your next visit, at step ${count(context.keptStep)}.
            </span>`
      }
    </p>
    <h3>Open</h3>
    <p class="take">
      ${filePicker({
        ...context.open,
        testId: 'open-file',
        describedBy: 'open-help open-refused',
        take: context.readFile,
      })}
    </p>
    <p class="help" id="open-help">
      ${context.drops ? 'Or drop the file anywhere on this page. ' : ''}It does not leave your computer.
    </p>
    <p role="status" id="open-refused" data-testid="file-status">
      ${context.refused ? html`<span class="wrong">${context.refused}</span>` : context.status}
    </p>
  </section>`;
}

export interface OfferActions {
  goOn: () => void;
  discard: () => void;
}

/** The run of an earlier visit, offered and not loaded by itself. */
export function offerBox(
  kept: Kept | null,
  describe: (kept: Kept) => string,
  refused: string,
  actions: OfferActions,
): TemplateResult {
  return html`<div role="status" data-testid="offer">
    ${
      kept
        ? html`<div class="notice offer">
            <p>
              <strong>Your last run:</strong> ${describe(kept)};
              ${
                kept.finished
                  ? `finished at step ${count(kept.step)}`
                  : `step ${count(kept.step)} of ${count(kept.steps)}`
              },
              ${ago(kept.when, Date.now())}.
              <span class="quiet">A new run takes its place.</span>
            </p>
            <p class="take">
              <button type="button" class="primary" data-testid="offer-go-on" @click=${actions.goOn}>
                ${kept.finished ? 'Show it' : 'Go on'}
              </button>
              <button type="button" data-testid="offer-discard" @click=${actions.discard}>Discard</button>
            </p>
            ${refused ? html`<p class="wrong">${refused}</p>` : nothing}
          </div>`
        : nothing
    }
  </div>`;
}

/** What befell the run, and that it goes on. */
export function incidents(recording: Recording | null, unkept: string, dismiss: () => void): TemplateResult {
  const last = recording?.recoveries.at(-1);
  return html`<div role="status" data-testid="incidents">
    ${
      recording && last
        ? html`<div class="notice" data-testid="recovered">
            <p>
              ${last.reason} No step is in the curves
              twice.${recording.recoveries.length > 1 ? ` That was loss number ${recording.recoveries.length}.` : ''}
            </p>
          </div>`
        : nothing
    }
    ${
      unkept
        ? html`<div class="notice warn" data-testid="unkept">
            <p>${unkept}</p>
            <button type="button" @click=${dismiss}>Dismiss</button>
          </div>`
        : nothing
    }
  </div>`;
}

/** Executors agree to about this, relative; machines that round differently do no worse. */
const ROUNDING = 1e-4;

function agrees({ same, difference }: CheckComparison): boolean {
  return same || (difference !== null && difference < ROUNDING);
}

/** Whether this reader's numbers are those of whoever shared the link. */
export function comparisonBox(comparison: CheckComparison | null, expecting: boolean): TemplateResult {
  return html`<div role="status" data-testid="check">
    ${
      comparison
        ? html`<div class="notice ${agrees(comparison) ? 'good' : 'warn'}" data-same=${comparison.same}>
            <p>${comparison.sentence}</p>
          </div>`
        : expecting
          ? html`<p class="help">
              This link carries a certificate of its first ten losses: after ten steps you see here whether
              yours are the same.
            </p>`
          : nothing
    }
  </div>`;
}
