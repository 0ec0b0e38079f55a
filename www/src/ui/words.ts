/** What the page says in each state. Only changes of state are announced, never the passing of steps. */

import { count, duration, plural, rate } from './format';
import type { Activity } from '../engine/protocol';
import type { Recording } from '../engine/record';

/** What a lab calls its work. */
export interface RunWords {
  /** The button that starts it, and what it does for a screen reader. */
  start: string;
  /** The state while it goes on. */
  running: string;
  /** One of the steps that it takes. */
  unit: string;
  units: string;
  /** The button that does one. */
  one: string;
  /** What the bar counts. */
  done: string;
  /** Back at step 0. */
  again: string;
  /** The key that starts it. */
  key: string;
}

export const TRAINING: RunWords = {
  start: 'Train',
  running: 'Training',
  unit: 'step',
  units: 'steps',
  one: 'Train one step',
  done: 'Steps trained',
  again: 'with the same initial weights',
  key: 't',
};

/** In a lab whose runs are experiments over many machines, and train nothing. */
export const RUNNING: RunWords = {
  start: 'Run',
  running: 'Running',
  unit: 'part',
  units: 'parts',
  one: 'Do one part of the work',
  done: 'Parts done',
  again: 'with the same seeds',
  key: 't',
};

export interface Situation {
  words: RunWords;
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
  /** What is to be set before it can run; empty where nothing is missing. */
  lacking: string;
  /** A run that is done can go on to this step. Null where it cannot. */
  onwards: number | null;
}

export function status(situation: Situation): string {
  const { words, activity, recording, stale, further, error, cancelled, lacking } = situation;
  const again = lacking
    ? ` ${words.start} waits for “${lacking}”, among the settings.`
    : !stale
      ? ''
      : further === null
        ? ` The settings have changed: ${words.start} starts a new run with them.`
        : ` The settings have changed: ${words.start} goes on to ${words.unit} ${count(further)}.`;
  switch (activity) {
    case 'starting':
      return 'Starting: loading the engine.';
    case 'ready':
      if (lacking) return again.trim();
      if (cancelled) return 'Preparing was given up. Your settings are as they were.';
      return recording?.step === 0 && !stale
        ? `Ready at ${words.unit} 0, ${words.again}.`
        : `Ready. Press ${words.start}.`;
    case 'compiling':
      return 'Preparing the run.';
    case 'training':
      return `${words.running}.${again}`;
    case 'paused':
      return `Paused.${again}`;
    case 'hidden':
      // In a frame it also waits while it is scrolled out of view.
      return `Paused while ${document.visibilityState === 'hidden' ? 'this tab is hidden' : 'out of view'}.`;
    case 'finished':
      if (recording && recording.stops.length === recording.about.runs.length) {
        return `Stopped after ${plural(recording.step, words.unit, words.units)}: every run diverged.${again}`;
      }
      return `Finished after ${plural(recording?.step ?? 0, words.unit, words.units)}.${again}`;
    case 'error':
      return `Stopped by an error. ${error}`;
  }
}

/** Step, speed and time left, in one line; or what is being prepared. */
export function pace({ words, activity, recording, compiling }: Situation): string {
  if (activity === 'compiling') return compiling;
  if (!recording) return '';
  const { step, stepMs } = recording;
  const { steps } = recording.about;
  const parts = [`${words.unit} ${count(step)} of ${count(steps)}`];
  if (stepMs > 0) {
    parts.push(`${rate(stepMs)} ${words.units}/s`);
    if (activity === 'training' && step < steps) parts.push(`${duration((steps - step) * stepMs)} left`);
  }
  return parts.join(' · ');
}
