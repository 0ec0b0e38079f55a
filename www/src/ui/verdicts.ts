/**
 * The paper's claims that this configuration tests: what was measured, the engine's verdict, and for those that are open
 * what would decide them.
 */

import { html, nothing, type TemplateResult } from 'lit';
import type { LabClient } from '../engine/client';
import type { Recording } from '../engine/record';
import type { Values, Verdict } from '../engine/types';
import { count, duration, plural } from './format';
import './verdicts.css';

const WORDS: Record<Verdict['verdict'], { symbol: string; word: string }> = {
  holds: { symbol: '✓', word: 'holds' },
  fails: { symbol: '✗', word: 'fails' },
  open: { symbol: '…', word: 'open' },
  untested: { symbol: '–', word: 'untested' },
};

/** Several of them in one line: what this race cannot say is not worth a row each. */
function untested(verdicts: Verdict[], where: string): TemplateResult {
  const { symbol, word } = WORDS.untested;
  return html`<li data-verdict="untested">
    <p class="verdict untested"><span aria-hidden="true">${symbol}</span> ${word}</p>
    <p class="said quiet">Not tested ${where}: ${verdicts.map(({ claim }) => claim).join(' ')}</p>
  </li>`;
}

/** The button goes; the keyboard's place is where the run can be stopped. */
function startWith(event: Event, { client }: Judged, change: Values) {
  const lab = (event.target as Element).closest<HTMLElement>('[data-lab]');
  lab?.querySelector<HTMLElement>('#pause')?.focus();
  client.settle({ ...client.settled?.values, ...change });
  client.train();
}

/** Of one whose arms are not all there a button starts a run that has them. */
function claim(own: Verdict, judged: Judged | null): TemplateResult {
  const { id, source, why, measured, verdict, with: lacking } = own;
  const { symbol, word } = WORDS[verdict];
  return html`<li data-claim=${id} data-verdict=${verdict}>
    <p class="verdict ${verdict}"><span aria-hidden="true">${symbol}</span> ${word}</p>
    <p class="said ${lacking ? 'quiet' : ''}">${own.claim} <span class="quiet">${source}</span></p>
    ${why ? html`<p class="found"><span class="quiet">Open:</span> ${why}.</p>` : nothing}
    <p class="found">
      ${lacking ? nothing : html`<span class="quiet">Measured:</span>`} ${measured}
      ${
        lacking && judged && !judged.stale
          ? html`<button
              type="button"
              class="small"
              data-testid="with-${id}"
              @click=${(event: Event) => startWith(event, judged, lacking)}
            >
              Start again with it
            </button>`
          : nothing
      }
    </p>
  </li>`;
}

/** The run that was judged, and who can go on with it. */
export interface Judged {
  client: LabClient;
  recording: Recording | null;
  /** The worker still holds it. */
  live: boolean;
  /** The settings are other ones by now. */
  stale: boolean;
}

/** The most that any open claim asks for. */
const most = (verdicts: Verdict[], what: 'seeds' | 'steps') =>
  Math.max(0, ...verdicts.map(({ decides }) => decides?.[what] ?? 0));

/** Under the claims, once the run has come to its end: buttons for what would decide those that are open. */
function deciding(verdicts: Verdict[], judged: Judged) {
  const { client, recording, live, stale } = judged;
  const values = client.settled?.values;
  if (!recording?.finished || !values || !live || stale) return nothing;
  const { step, stepMs, about } = recording;
  const steps = most(verdicts, 'steps');
  const seeds = most(verdicts, 'seeds');
  const onwards = steps > step && about.ends.length > 0;
  const constant = verdicts.some(({ decides }) => decides?.constant);
  const button = (id: string, words: string, ms: number, change: Values) => {
    const press = (event: Event) => startWith(event, judged, change);
    return html`<li>
      <button type="button" class="small" data-testid=${id} @click=${press}>${words}</button>
      ${ms > 0 ? html`<span class="quiet">about ${duration(ms)}</span>` : nothing}
    </li>`;
  };
  const names = about.ends.length ? about.ends : ['steps'];
  const longer = steps > step ? Object.fromEntries(names.map((name) => [name, String(steps)])) : {};
  const anew = [
    ...(seeds ? [plural(seeds, 'seed')] : []),
    ...(steps > step ? [plural(steps, 'step')] : []),
    ...(constant ? ['a constant learning rate'] : []),
  ].join(' and ');
  const share = seeds ? seeds / Number(values.seeds) : 1;
  const all = stepMs * share * (steps > step ? steps : about.steps);
  const again = {
    ...longer,
    ...(seeds ? { seeds: String(seeds) } : {}),
    ...(constant ? { schedule: 'constant' } : {}),
  };
  if (!anew) return nothing;
  return html`<div class="decide">
    <p>What would decide what is open:</p>
    <ul data-testid="decide">
      ${onwards ? button('go-on', `Go on to step ${count(steps)}`, stepMs * (steps - step), longer) : nothing}
      ${seeds || !onwards ? button('again', `Start again with ${anew}`, all, again) : nothing}
    </ul>
  </div>`;
}

/**
 * The rows alone, for a section that has its own heading. `where` is what did not test a claim, as in "in this race";
 * `judged` is the run behind them, if there is one.
 */
export function verdictList(
  verdicts: Verdict[],
  where = 'in this race',
  judged: Judged | null = null,
  testId = 'verdicts',
): TemplateResult {
  // What another run can say stands last, each with what that takes; what no run of this task can, in one line.
  const idle = verdicts.filter((own) => own.verdict === 'untested' && !own.with);
  const folded = idle.length > 1;
  const judgedHere = verdicts.filter((own) => !own.with && !(folded && idle.includes(own)));
  const listed = [...judgedHere, ...verdicts.filter((own) => own.with)];
  return html`<ul data-testid=${testId}>
      ${listed.map((own) => claim(own, judged))} ${folded ? untested(idle, where) : nothing}
    </ul>
    ${judged ? deciding(verdicts, judged) : nothing}`;
}

interface Claims {
  title?: string;
  note?: string;
  where?: string;
  /** Stands there while there is none. */
  none?: string;
}

export function verdictTable(
  verdicts: Verdict[],
  judged: Judged,
  {
    title = "The paper's claims, measured here",
    note = 'verdicts are computed from this run; no run shows “never”',
    where = 'in this race',
    none = 'Press Train: what the run measures is held against each claim that it tests.',
  }: Claims = {},
): TemplateResult {
  return html`<section class="card verdicts" aria-labelledby="title-verdicts">
    <header>
      <h2 id="title-verdicts">${title}</h2>
      <p class="quiet">${note}</p>
    </header>
    ${verdicts.length ? verdictList(verdicts, where, judged) : html`<p class="help">${none}</p>`}
  </section>`;
}
