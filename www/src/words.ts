/** What the page says in each state. Only changes of state are announced, never the passing of steps. */

import { count, duration, plural, rate } from './format';
import type { Activity } from './protocol';
import type { Recording } from './record';

export interface Situation {
  activity: Activity;
  recording: Recording | null;
  /** Settings differ from those of the run shown. */
  stale: boolean;
  /** They differ in the number of steps only: the run shown goes on to this one. Null where it cannot. */
  further: number | null;
  compiling: string;
  error: string;
  /** Preparing the run was given up. */
  cancelled: boolean;
}

export function status({ activity, recording, stale, further, error, cancelled }: Situation): string {
  const again = !stale
    ? ''
    : further === null
      ? ' The settings have changed: Train starts a new run with them.'
      : ` The settings have changed: Train goes on to step ${count(further)}.`;
  switch (activity) {
    case 'starting':
      return 'Starting: loading the engine.';
    case 'ready':
      if (cancelled) return 'Preparing was given up. Your settings are as they were.';
      return recording?.step === 0 && !stale
        ? 'Ready at step 0, with the same initial weights.'
        : 'Ready. Press Train.';
    case 'compiling':
      return 'Preparing the run.';
    case 'training':
      return `Training.${again}`;
    case 'paused':
      return `Paused.${again}`;
    case 'hidden':
      // In a frame it also waits while it is scrolled out of view.
      return `Paused while ${document.visibilityState === 'hidden' ? 'this tab is hidden' : 'out of view'}.`;
    case 'finished':
      if (recording && recording.stops.length === recording.about.runs.length) {
        return `Stopped after ${plural(recording.step, 'step')}: every run diverged.${again}`;
      }
      return `Finished after ${plural(recording?.step ?? 0, 'step')}.${again}`;
    case 'error':
      return `Stopped by an error. ${error}`;
  }
}

/** Step, speed and time left, in one line; or what is being prepared. */
export function pace({ activity, recording, compiling }: Situation): string {
  if (activity === 'compiling') return compiling;
  if (!recording) return '';
  const { step, stepMs } = recording;
  const { steps } = recording.about;
  const parts = [`step ${count(step)} of ${count(steps)}`];
  if (stepMs > 0) {
    parts.push(`${rate(stepMs)} steps/s`);
    if (activity === 'training' && step < steps) parts.push(`${duration((steps - step) * stepMs)} left`);
  }
  return parts.join(' · ');
}
