/** Part `cost`: the time of every kernel beside the bound that the machine's own peak figures set. */

import { html, type TemplateResult } from 'lit';
import type { KernelCost, Profile } from '../../engine/types';
import { count, plural } from '../../ui/format';
import { part, type Asking } from '../../ui/part';
import type { PartContext } from '../../ui/part-context';
import '../../ui/parts.css';
import { precise } from '../../figure/print';
import { figureText } from '../../ui/text';
import './look.css';

const BOUNDS: Record<KernelCost['bound'], string> = {
  arithmetic: 'arithmetic',
  memory: 'memory',
  launch: 'launches',
};

const ms = (value: number) =>
  value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(4);

/** Of which run the kernels are timed, and for the how-manieth time. */
interface State {
  run: string;
  times: number;
}

type Own = Asking<PartContext, Profile, State>;

const openRun = ({ live, recording }: PartContext) => (live ? (recording?.about.link ?? null) : null);

export const costPart = part<PartContext, Profile, State>({
  tag: 'lab-cost',
  id: 'cost',
  title: 'What a step costs',
  folded: true,
  says: ({ kernels }) => `${precise(kernels.reduce((sum, { ms }) => sum + ms, 0))} ms a step`,
  note: () => '',
  intro: html`Replays training steps of the open run kernel by kernel, and measures this machine's peak beside
  them. That takes a few seconds. The run's state stays as it is: training goes on with the same numbers.`,
  state: () => ({ run: '', times: 0 }),
  ask: ({ client }) => client.ask('run.profile', {}),
  // Only once the reader asks for it; another run has other kernels.
  key: (context, { run, times }) =>
    times > 0 && openRun(context) === run ? { settings: `${run} ${times}`, moment: '' } : null,
  bar: { part: 'run', names: ['run.profile'] },
  controls: (own) => {
    const { context, state, fresh, set } = own;
    const run = openRun(context);
    const ready = run !== null && fresh;
    return html`<p class="take">
      <button
        type="button"
        data-testid="profile"
        aria-disabled=${ready ? 'false' : 'true'}
        @click=${() => ready && set({ run, times: state.times + 1 })}
      >
        Time the kernels
      </button>
      <span role="status" data-testid="profile-status">${status(own, run)}</span>
    </p>`;
  },
  found: table,
  waits: () => '',
});

function status({ answer, fresh }: Own, run: string | null): string {
  if (!fresh) return 'Timing …';
  if (run === null) return 'Press Train first.';
  return answer ? `Done, ${plural(answer.steps, 'step')} averaged.` : '';
}

function table(profile: Profile): TemplateResult {
  const most = Math.max(...profile.kernels.map((kernel) => kernel.ms), Number.MIN_VALUE);
  const total = (pick: (kernel: KernelCost) => number) =>
    profile.kernels.reduce((sum, kernel) => sum + pick(kernel), 0);
  const reached = (bound: number, took: number) => (took > 0 ? `${Math.round((bound / took) * 100)} %` : '–');
  return html`<p class="help">
      ${profile.method} Peak measured just now on this
      ${profile.executor === 'webgpu' ? 'adapter' : 'processor'}: ${figureText(profile.peakGflops)} GFLOP/s in
      the best matrix product, ${figureText(profile.peakGbps)} GB/s in a plain copy. A kernel's bound is the
      time that its arithmetic (MFLOP: the multiplications and additions of its products) needs at the one
      rate or its traffic (MB: what it has to touch once) at the other, whichever is longer. Small data stays
      in cache, so a bound can be beaten.
    </p>
    <div class="scroll tall" tabindex="0" role="region" aria-label="Cost of a step, table">
      <table data-testid="kernels">
        <caption>
          One training step, by kernel
          <span class="quiet">bar: time; its strong part: the bound</span>
        </caption>
        <thead>
          <tr>
            <th scope="col">Kernel</th>
            <th scope="col" class="n">Launches</th>
            <th scope="col" class="n">ms</th>
            <th scope="col"><span class="sr">Share of the slowest</span></th>
            <th scope="col" class="n">MFLOP</th>
            <th scope="col" class="n">MB</th>
            <th scope="col">Bound by</th>
            <th scope="col" class="n">Bound, ms</th>
            <th scope="col" class="n">Reached</th>
          </tr>
        </thead>
        <tbody>
          ${profile.kernels.map((kernel) => {
            const width = (kernel.ms / most) * 100;
            const bound = Math.min(width, (kernel.boundMs / most) * 100);
            return html`<tr data-kernel=${kernel.name}>
              <th scope="row">${kernel.name}</th>
              <td class="n">${count(kernel.launches)}</td>
              <td class="n">${ms(kernel.ms)}</td>
              <td>
                <span class="meter wide"
                  ><span .style=${`width: ${width.toFixed(1)}%`}></span
                  ><span class="bound" .style=${`width: ${bound.toFixed(1)}%`}></span
                ></span>
              </td>
              <td class="n">${figureText(kernel.mflop)}</td>
              <td class="n">${figureText(kernel.mbytes)}</td>
              <td>${BOUNDS[kernel.bound]}</td>
              <td class="n">${ms(kernel.boundMs)}</td>
              <td class="n">${reached(kernel.boundMs, kernel.ms)}</td>
            </tr>`;
          })}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Together</th>
            <td class="n">${count(total((kernel) => kernel.launches))}</td>
            <td class="n">${ms(profile.totalMs)}</td>
            <td></td>
            <td class="n">${figureText(total((kernel) => kernel.mflop))}</td>
            <td class="n">${figureText(total((kernel) => kernel.mbytes))}</td>
            <td></td>
            <td class="n">${ms(profile.boundMs)}</td>
            <td class="n">${reached(profile.boundMs, profile.totalMs)}</td>
          </tr>
        </tfoot>
      </table>
    </div>`;
}
