/** Owns the wasm module, the run and the loop. Everything it does is asked for by a `Command`. */

import init, * as module from '../../pkg/mnemoscope.js';
import type { CopyRun, Engine, LabError, LabEvent, Settled } from './engine';
import type { Command, Report } from './protocol';

const engine = module as unknown as Engine;

/** Short turns at first, so that something moves at once; then longer ones, which cost less. */
const FIRST_TURN_MS = 40;
const TURN_MS = 100;
const FIRST_TURNS_LAST_MS = 1000;
/** A single step may take as long as it needs. */
const STEP_MS = 600_000;

const post = (report: Report) => self.postMessage(report);

/** The settings as last settled. They are kept here, so that quick changes build on each other. */
let present: Settled = { values: {}, problems: [], link: '' };
let run: CopyRun | null = null;
let runLink = '';
let finished = false;
let visible = true;
/** Set when a hidden tab stopped the training, to go on with once it is seen again. */
let waiting: Settled | null = null;

/** Counts what the reader asks for; a loop goes on only while its own request is the last. */
let request = 0;
/** Work on the run is done strictly one after the other. */
let queue: Promise<void> = Promise.resolve();

function enqueue(work: () => Promise<void>): void {
  queue = queue.then(work).catch(fail);
}

/** Lets waiting commands in: a task of its own, without the delay of a timer. */
const channel = new MessageChannel();
let wake: () => void = () => {};
channel.port1.onmessage = () => wake();
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    wake = resolve;
    channel.port2.postMessage(null);
  });
}

function toLabError(thrown: unknown): LabError {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown) {
    return { code: thrown.code as LabError['code'], message: String(thrown.message) };
  }
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'internal', message: `The engine stopped: ${text}. Reload the page to start again.` };
}

function close(): void {
  try {
    run?.free();
  } catch {
    // A run that failed may refuse to be freed; the next one is opened all the same.
  }
  run = null;
  runLink = '';
  finished = false;
}

function fail(thrown: unknown): void {
  const error = toLabError(thrown);
  waiting = null;
  close();
  post({ type: 'failed', error });
}

async function open({ values, link }: Settled): Promise<CopyRun> {
  if (run && runLink === link) return run;
  close();
  post({ type: 'compiling', fraction: 0, what: 'starting' });
  await breathe();
  run = await engine.CopyRun.open(values, (fraction, what) => post({ type: 'compiling', fraction, what }));
  runLink = link;
  post({ type: 'opened', about: run.about(), link });
  // The evaluation at step 0 is there already; a large race takes long for its first step.
  report(await run.advance(0, 0));
  return run;
}

function report(events: LabEvent[]): void {
  if (events.some((event) => event.type === 'finished')) finished = true;
  if (events.length > 0) post({ type: 'happened', events });
}

async function train(settings: Settled, mine: number): Promise<void> {
  const current = await open(settings);
  if (mine === request && !finished && visible) post({ type: 'activity', activity: 'training' });
  const began = performance.now();
  while (mine === request && visible && !finished) {
    const budget = performance.now() - began < FIRST_TURNS_LAST_MS ? FIRST_TURN_MS : TURN_MS;
    report(await current.advance(budget, 0));
    await breathe();
  }
  // What the device had not yet given back.
  if (!finished) report(await current.advance(0, 0));
  if (finished) return post({ type: 'activity', activity: 'finished' });
  if (mine === request) {
    waiting = settings;
    return post({ type: 'activity', activity: 'hidden' });
  }
  post({ type: 'activity', activity: 'paused' });
}

async function step(settings: Settled): Promise<void> {
  const current = await open(settings);
  if (!finished) report(await current.advance(STEP_MS, 1));
  post({ type: 'activity', activity: finished ? 'finished' : 'paused' });
}

async function reset(settings: Settled): Promise<void> {
  if (run && runLink === settings.link) {
    await run.reset();
    finished = false;
  } else {
    close();
  }
  post({ type: 'reset', closed: run === null });
  post({ type: 'activity', activity: 'ready' });
}

function settle(settled: Settled): void {
  present = settled;
  post({ type: 'settled', settled });
}

function handle(command: Command): void {
  const settings = present;
  switch (command.type) {
    case 'read':
      return settle(engine.fromLink(command.link));
    case 'settle':
      return settle(engine.settle(command.values));
    case 'change':
      return settle(engine.change(present.values, command.name, command.value));
    case 'train': {
      const mine = ++request;
      waiting = null;
      return enqueue(() => train(settings, mine));
    }
    case 'step':
      ++request;
      waiting = null;
      return enqueue(() => step(settings));
    case 'reset':
      ++request;
      waiting = null;
      return enqueue(() => reset(settings));
    case 'pause':
      ++request;
      if (waiting) post({ type: 'activity', activity: 'paused' });
      waiting = null;
      return;
    case 'visible': {
      visible = command.visible;
      if (visible && waiting) {
        const resumed = waiting;
        waiting = null;
        const mine = ++request;
        enqueue(() => train(resumed, mine));
      }
      return;
    }
  }
}

/** Commands that come before the module is there wait for it. */
const loaded = init().then(() => {
  const { properties, presets } = engine.describe();
  const linked = presets.map((preset) => ({
    ...preset,
    link: engine.settle(Object.fromEntries(preset.values)).link,
  }));
  post({ type: 'described', properties, presets: linked });
});
loaded.catch((thrown: unknown) => {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  post({
    type: 'failed',
    error: {
      code: 'internal',
      message: `The engine could not be loaded (${text}). Reload the page, or try another browser.`,
    },
  });
});

self.onmessage = (message: MessageEvent<Command>) => {
  void loaded.then(() => handle(message.data)).catch(fail);
};
