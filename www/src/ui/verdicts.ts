/** The paper's claims that this configuration tests: what was measured, and the engine's verdict. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Verdict } from '../engine/types';
import './look.css';

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

function claim({ id, claim, source, measured, verdict }: Verdict): TemplateResult {
  const { symbol, word } = WORDS[verdict];
  return html`<li data-claim=${id} data-verdict=${verdict}>
    <p class="verdict ${verdict}"><span aria-hidden="true">${symbol}</span> ${word}</p>
    <p class="said">${claim} <span class="quiet">${source}</span></p>
    <p class="found"><span class="quiet">Measured:</span> ${measured}</p>
  </li>`;
}

/** The rows alone, for a section that has its own heading. `where` is what did not test a claim, as in "in this race". */
export function verdictList(
  verdicts: Verdict[],
  where = 'in this race',
  testId = 'verdicts',
): TemplateResult {
  const idle = verdicts.filter(({ verdict }) => verdict === 'untested');
  const folded = idle.length > 1;
  const listed = folded ? verdicts.filter(({ verdict }) => verdict !== 'untested') : verdicts;
  return html`<ul data-testid=${testId}>
    ${listed.map(claim)} ${folded ? untested(idle, where) : nothing}
  </ul>`;
}

export function verdictTable(verdicts: Verdict[]): TemplateResult {
  return html`<section class="card verdicts" aria-labelledby="title-verdicts">
    <header>
      <h2 id="title-verdicts">The paper's claims, measured here</h2>
      <p class="quiet">verdicts are computed from this run</p>
    </header>
    ${
      verdicts.length
        ? verdictList(verdicts)
        : html`<p class="help">
            Press Train: what the run measures is held against each claim that it tests.
          </p>`
    }
  </section>`;
}
