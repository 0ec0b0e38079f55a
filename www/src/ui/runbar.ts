/** The bar that stays in view: Train (or Run), Pause, Step, Reset, and what is going on. */

import { html, nothing, type TemplateResult } from 'lit';
import { count } from './format';
import { pace, status, type Situation } from './words';
import './runbar.css';

export interface Actions {
  train: () => void;
  pause: () => void;
  step: () => void;
  reset: () => void;
  /** Leads to the settings; null where they are left out. */
  settings: (() => void) | null;
}

/**
 * A button that cannot be used now stays in the tab order (`aria-disabled`), so that the keyboard's
 * place is not lost when pressing Train makes Train unavailable.
 */
function button(
  id: string,
  label: string,
  enabled: boolean,
  title: string,
  act: () => void,
  primary = false,
) {
  return html`<button
    type="button"
    id=${id}
    data-testid=${id}
    class=${primary ? 'primary' : ''}
    aria-disabled=${enabled ? 'false' : 'true'}
    title=${title}
    @click=${() => enabled && act()}
  >
    ${label}
  </button>`;
}

export function runbar(
  situation: Situation & { fraction: number; known: boolean },
  actions: Actions,
): TemplateResult {
  const { words, activity, recording, stale } = situation;
  // What is asked for before the engine is there waits for it.
  const loaded = activity !== 'starting' || situation.known;
  const busy = activity === 'training' || activity === 'compiling' || activity === 'hidden';
  const done = activity === 'finished' && !stale;
  const onwards = done ? situation.onwards : null;
  const can = onwards !== null || (loaded && !done && (!busy || (stale && activity === 'training')));
  const title = onwards === null ? 'Start or go on' : `To ${words.unit} ${count(onwards)}`;
  const share =
    activity === 'compiling'
      ? situation.fraction
      : recording
        ? recording.step / Math.max(1, recording.about.steps)
        : 0;
  return html`<div class="runbar" role="group" aria-label="Run">
    <div class="buttons">
      ${button('train', onwards === null ? words.start : 'Go on', can, title, actions.train, true)}
      ${
        activity === 'compiling'
          ? button('pause', 'Cancel', true, 'Give up preparing; the settings stay', actions.pause)
          : button(
              'pause',
              'Pause',
              activity === 'training' || activity === 'hidden',
              `Stop after the present ${words.unit}`,
              actions.pause,
            )
      }
      ${button('step', 'Step', loaded && !busy && !done, words.one, actions.step)}
      ${button('reset', 'Reset', loaded && recording !== null && activity !== 'compiling', `Back to ${words.unit} 0, ${words.again}`, actions.reset)}
    </div>
    <div class="status">
      <p class="state ${activity === 'error' ? 'bad' : ''}" role="status" data-testid="status">
        ${status(situation)}
      </p>
      <p class="pace" data-testid="pace">${pace(situation)}</p>
    </div>
    ${
      actions.settings
        ? html`<button type="button" class="jump" @click=${actions.settings}>Settings</button>`
        : nothing
    }
    <div
      class="progress"
      role="progressbar"
      aria-label=${activity === 'compiling' ? 'Preparing' : words.done}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${Math.round(share * 100)}
    >
      <span .style=${`width: ${share * 100}%`}></span>
    </div>
  </div>`;
}
