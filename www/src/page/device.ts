/** Part `device`: whether what the labs run on computes what it should, check by check, with a file to attach to a report. */

import { html, nothing, type TemplateResult } from 'lit';
import type { LabClient } from '../engine/client';
import type { CheckedOutcome, CheckedRow, DeviceCheck } from '../engine/types';
import { saveButton } from '../figure/print';
import { csvOf, tableView, type Table } from '../figure/table';
import { part, type Asking } from '../ui/part';
import type { PartContext } from '../ui/part-context';
import { brief } from '../ui/text';

const KINDS: Record<CheckedRow['kind'], string> = {
  kernel: 'Kernel',
  gradients: 'Gradients',
  losses: 'First losses',
  exact: 'Exact numbers',
};
const OUTCOMES: Record<CheckedOutcome, string> = {
  passed: 'passed',
  failed: 'failed',
  'not-run': 'not run',
};

/** Where work was to be done when the check was asked for, and how often it has been. */
interface State {
  on: string;
  times: number;
}

type Own = Asking<PartContext, DeviceCheck, State>;

const chosen = ({ settled }: PartContext) => settled.values.executor ?? '';

const devicePart = part<PartContext, DeviceCheck, State>({
  tag: 'lab-device',
  id: 'device',
  title: 'Check this device',
  folded: true,
  note: () => '',
  says: ({ outcome, rows }) =>
    outcome === 'failed'
      ? `${rows.filter((row) => row.outcome === 'failed').length} of ${rows.length} checks failed`
      : OUTCOMES[outcome],
  intro: html`Does what the labs run on here compute what it should? On a graphics device every kernel is
  compared with the CPU, at odd sizes; gradients are compared with differences of the loss, the first losses
  of three presets with stored ones, and sums of whole numbers have to be exact. That takes some seconds on
  the CPU and minutes on a software adapter. An open run stays as it is.`,
  state: () => ({ on: '', times: 0 }),
  ask: ({ client }) => client.ask('device', {}),
  // Only once the reader asks for it.
  key: (context, { on, times }) =>
    times > 0 && chosen(context) === on ? { settings: `${on} ${times}`, moment: '' } : null,
  controls: ({ context, state, fresh, set }) =>
    html`<p class="take">
      <button
        type="button"
        data-testid="check-device"
        aria-disabled=${fresh ? 'false' : 'true'}
        @click=${() => fresh && set({ on: chosen(context), times: state.times + 1 })}
      >
        Check now
      </button>
      <span class="quiet">What <em>Machine → Run on</em> says is checked.</span>
    </p>`,
  found: shown,
  waits: '',
});

/** In someone's notes it stands only where the link asks for it. */
export function deviceCard(
  { hide, shown: { only } }: LabClient,
  context: PartContext | null,
  embedded: boolean,
): TemplateResult | typeof nothing {
  if (hide.includes('device') || (embedded && !only.includes('device'))) return nothing;
  return html`<div data-part="device">${context ? devicePart(context) : nothing}</div>`;
}

function shown(check: DeviceCheck, { context }: Own): TemplateResult {
  const { outcome, sentence, rows, executor } = check;
  const table = tableOf(rows);
  const report = () => JSON.stringify({ ...check, browser: navigator.userAgent }, null, 1);
  const elsewhere = outcome === 'failed' && executor.kind === 'webgpu';
  return html`<p
      class=${outcome === 'passed' ? 'found' : 'wrong'}
      role="status"
      data-testid="device-sentence"
      data-outcome=${outcome}
    >
      ${sentence}
    </p>
    <p class="take">
      ${
        elsewhere
          ? html`<button
              type="button"
              data-testid="device-cpu"
              @click=${() => context.change('executor', 'cpu')}
            >
              Run on the CPU
            </button>`
          : nothing
      }
      ${saveButton('Report (JSON)', 'device.json', report)}
      ${saveButton('Table (CSV)', 'device.csv', () => csvOf(table))}
    </p>
    ${rows.length ? tableView(table) : nothing}`;
}

function tableOf(rows: readonly CheckedRow[]): Table {
  const of =
    <T>(pick: (row: CheckedRow) => T) =>
    (at: number) =>
      pick(rows[at] as CheckedRow);
  const number = (value: unknown) => brief(typeof value === 'number' ? value : null, 2);
  return {
    title: 'Checks',
    rows: rows.length,
    testId: 'device-checks',
    data: of(({ kind, name, outcome }) => ({ kind, name, outcome })),
    columns: [
      {
        name: 'kind',
        label: 'Of',
        value: of(({ kind }) => kind),
        text: (_, at) => of(({ kind }) => KINDS[kind])(at),
        words: true,
      },
      { name: 'name', label: 'Name', value: of(({ name }) => name), words: true },
      { name: 'outcome', label: 'Outcome', value: of(({ outcome }) => OUTCOMES[outcome]), words: true },
      { name: 'difference', label: 'Difference', value: of(({ difference }) => difference), text: number },
      { name: 'allowed', label: 'Allowed', value: of(({ allowed }) => allowed), text: number },
      { name: 'compared_with', label: 'Compared with', value: of((row) => row.with), words: true },
      { name: 'cases', label: 'Cases', value: of(({ cases }) => cases) },
      { name: 'why', label: 'Why', value: of(({ why }) => why), words: true },
    ],
  };
}
