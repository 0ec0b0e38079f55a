/** What a session has come to: what comes next, what is stored, what it cost, and where it runs. */

import { html, nothing, type TemplateResult } from 'lit';
import { count, plural } from '../../ui/format';
import { executorText } from '../../ui/panel';
import { figureText } from '../../ui/text';
import type { Session } from '../../engine/types';
import { symbolText, spoken } from './symbols';

/** More symbols of an alphabet are not listed. */
const MOST_LISTED = 40;

function duration(ms: number): string {
  return ms < 1000
    ? `${figureText(Number(ms.toPrecision(2)))} ms`
    : `${figureText(Number((ms / 1000).toPrecision(2)))} s`;
}

export function sessionFacts(session: Session): TemplateResult {
  const { next, alphabet, written, decoder, launches, executor, ms, steps } = session;
  const listed = alphabet.slice(0, MOST_LISTED).map(symbolText).join(' ');
  const more = alphabet.length - MOST_LISTED;
  return html`<dl class="facts" data-testid="session-facts">
    <div>
      <dt>Comes next</dt>
      <dd data-testid="session-next">
        ${
          next
            ? html`<b>${symbolText(next.symbol)}</b>
                <span class="quiet">similarity ${figureText(next.similarity)}</span
                ><span class="sr">, that is ${spoken(next.symbol)}</span>`
            : written > 0
              ? 'nothing: no stored symbol answers to this context'
              : 'nothing is predicted: the memory is blank'
        }
      </dd>
    </div>
    <div>
      <dt>Stored</dt>
      <dd data-testid="session-stored">
        ${plural(written, 'symbol')}${
          alphabet.length
            ? html`, ${count(alphabet.length)} different: <span class="drawn">${listed}</span>${
                  more > 0 ? ` and ${count(more)} more` : nothing
                }`
            : nothing
        }
      </dd>
    </div>
    <div>
      <dt>Address decoder</dt>
      <dd data-testid="session-decoder">${decoder}</dd>
    </div>
    <div>
      <dt>Costs</dt>
      <dd data-testid="session-cost">
        ${plural(launches, 'kernel launch', 'kernel launches')} a
        symbol${steps.length > 0 ? `; the last command took ${duration(ms)}` : nothing}
      </dd>
    </div>
    <div>
      <dt>Runs on</dt>
      <dd data-testid="session-executor">${executorText(executor)}</dd>
    </div>
  </dl>`;
}
