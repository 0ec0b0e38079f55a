/** "What a step costs": the time of every kernel beside the bound that the machine's own peak figures set. */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { LabClient } from '../../engine/client';
import type { About, KernelCost, Profile, Turn } from '../../engine/types';
import { count, plural } from '../../ui/format';
import '../../ui/look.css';
import { figureText } from '../../ui/text';
import { workBar } from '../../ui/work';

const BOUNDS: Record<KernelCost['bound'], string> = {
  arithmetic: 'arithmetic',
  memory: 'memory',
  launch: 'launches',
};

const ms = (value: number) =>
  value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(4);

export class LabCost extends LitElement {
  static override properties = {
    about: { attribute: false },
    client: { attribute: false },
    turn: { attribute: false },
    found: { state: true },
    busy: { state: true },
    refused: { state: true },
  };
  declare about: About | null;
  /** What times the open run. */
  declare client: LabClient;
  /** How far it is: whoever has this drawn again has the bar drawn again. */
  declare turn: Turn | null;
  declare found: Profile | null;
  declare busy: boolean;
  declare refused: string;

  constructor() {
    super();
    this.about = null;
    this.found = null;
    this.busy = false;
    this.refused = '';
  }

  protected override createRenderRoot() {
    return this;
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    // Another run, other kernels.
    if (changed.has('about') && changed.get('about')?.link !== this.about?.link) this.found = null;
  }

  private async press() {
    if (this.busy || !this.about) return;
    this.busy = true;
    this.refused = '';
    const { about } = this;
    try {
      const found = await this.client.ask('run.profile', {});
      if (about.link === this.about?.link) this.found = found;
    } catch (thrown) {
      const error = thrown as { message?: unknown } | null;
      this.refused = String(error?.message ?? thrown);
    } finally {
      this.busy = false;
    }
  }

  protected override render(): TemplateResult {
    const ready = this.about !== null && !this.busy;
    return html`<section class="card cost" aria-labelledby="title-cost">
      <header><h2 id="title-cost">What a step costs</h2></header>
      <p class="help">
        Replays training steps of the open run kernel by kernel, and measures this machine's peak beside them.
        That takes a few seconds. The run's state stays as it is: training goes on with the same numbers.
      </p>
      <p class="take">
        <button
          type="button"
          data-testid="profile"
          aria-disabled=${ready ? 'false' : 'true'}
          @click=${() => void this.press()}
        >
          Time the kernels
        </button>
        <span role="status" data-testid="profile-status"
          >${this.busy ? 'Timing …' : !this.about ? 'Press Train first.' : this.found ? `Done, ${plural(this.found.steps, 'step')} averaged.` : ''}${this.refused ? html`<span class="wrong">${this.refused}</span>` : nothing}</span
        >
      </p>
      ${this.busy ? workBar(this.client, 'run', { names: ['run.profile'] }) : nothing}
      ${this.found ? this.table(this.found) : nothing}
    </section>`;
  }

  private table(profile: Profile): TemplateResult {
    const most = Math.max(...profile.kernels.map((kernel) => kernel.ms), Number.MIN_VALUE);
    const total = (pick: (kernel: KernelCost) => number) =>
      profile.kernels.reduce((sum, kernel) => sum + pick(kernel), 0);
    const reached = (bound: number, took: number) =>
      took > 0 ? `${Math.round((bound / took) * 100)} %` : '–';
    return html`<p class="help">
        ${profile.method} Peak measured just now on this
        ${profile.executor === 'webgpu' ? 'adapter' : 'processor'}: ${figureText(profile.peakGflops)} GFLOP/s
        in the best matrix product, ${figureText(profile.peakGbps)} GB/s in a plain copy. A kernel's bound is
        the time that its arithmetic (MFLOP: the multiplications and additions of its products) needs at the
        one rate or its traffic (MB: what it has to touch once) at the other, whichever is longer. Small data
        stays in cache, so a bound can be beaten.
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
}

customElements.define('lab-cost', LabCost);
