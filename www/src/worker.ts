/**
 * Owns the wasm module, the run and the loop, of whichever lab its link names. Everything it does is asked for by a
 * `Command`.
 */

import init, * as wasm from '../../pkg/mnemoscope.js';
import { Answering } from './engine/answering';
import { Cores } from './engine/cores';
import { Crew } from './engine/crew';
import { help } from './engine/helper';
import type { Command, ModulePlace, Refusable, Report } from './engine/protocol';
import type { WorkerLike } from './engine/client';
import { Keeper } from './engine/keeper';
import { Queue, toLabError, yieldToMessages } from './engine/queue';
import { Recording } from './engine/record';
import { runKey, runValues } from './engine/run-key';
import { whyNot } from './engine/why-not';
import type { Engine, LabEvent, LabId, Module, Property, Settled, Values, WeightsFile } from './engine/types';

const module = wasm as unknown as Module;
/** Holds the device, the open run, and what answers questions. Made once the module is there. */
let engine: Engine;

/** What the engine deals runs out to, on cores that nobody else works on. */
let crew: Crew;
const cores = new Cores(navigator);

/** Short turns at first, so that something moves at once; then longer ones, which cost less. */
const FIRST_TURN_MS = 40;
const TURN_MS = 100;
const FIRST_TURNS_LAST_MS = 1000;
/** A single step may take as long as it needs. */
const STEP_MS = 600_000;
/** A run in training is kept for the next visit this often. */
const KEEP_MS = 8000;
/** The first time sooner: a reader may reload at once. */
const FIRST_KEEP_MS = 1000;
/** Single steps in quick succession are kept together. */
const KEEP_STEPS_MS = 800;
const VERDICTS_MS = 500;

const post = (report: Report, transfer: Transferable[] = []) => self.postMessage(report, { transfer });

/** The settings as last settled. They are kept here, so that quick changes build on each other. */
let present: Settled = {
  lab: 'copy',
  values: {},
  problems: [],
  lacking: [],
  unused: [],
  link: '',
  measures: [],
  hide: [],
  only: [],
  check: null,
};
/** The table of settings of the present lab. */
let properties: Property[] = [];
/** The certificate that a link carried, and the settings of the run that it is for. */
let expected: { key: string; check: string } | null = null;
/** The settings that the open run depends on. */
let openKey = '';
/** Rises with every run that begins, so that two of the same configuration and step are told apart. */
let begun = 0;
/** What the open run has reported; null if none is open. The page has its own; this one is kept for the next visit and exported. */
let recorded: Recording | null = null;
let finished = false;
let visible = true;
/** Set while the loop turns. */
let training: Settled | null = null;
/** Set when a hidden tab stopped the training, to go on with once it is seen again. */
let waiting: Settled | null = null;

/** Counts what the reader asks for; a loop goes on only while its own request is the last. */
let request = 0;
/** Work on the run is done strictly one after the other. */
const queue = new Queue(fail);
const answering = new Answering({
  engine: () => engine,
  post,
  queue,
  present: () => present,
  recorded: () => recorded,
  reportNow,
});

function close(): void {
  try {
    engine.close();
  } catch {
    // A run that failed may have taken the whole with it: what was stored and brought along is lost, which the page is told.
    engine = newEngine();
    post({ type: 'emptied' });
  }
  openKey = '';
  recorded = null;
  finished = false;
  postedVerdicts = '';
}

function newEngine(): Engine {
  const made = new module.Engine();
  made.employ(crew);
  return made;
}

/** Works on as many cores as the settings want and as are free; those that are not needed are free again at once, the others after it. */
async function onCores<T>(values: Values, work: () => Promise<T>): Promise<T> {
  crew.most = await cores.take(values);
  try {
    return await work();
  } finally {
    cores.giveBack();
  }
}

function fail(thrown: unknown): void {
  const error = toLabError(thrown);
  waiting = null;
  training = null;
  // A loop that still turns has nothing to turn.
  request += 1;
  close();
  post({ type: 'failed', error });
  // What was kept of it can be gone on with.
  void keeper.offer(present.lab);
}

const onProgress = (fraction: number, what: string) => post({ type: 'compiling', fraction, what });

const keyOf = (settled: Settled) => runKey(settled, properties);

async function open(settled: Settled): Promise<void> {
  const { lab, values, link } = settled;
  const key = keyOf(settled);
  if (recorded && (openKey === key || extend(recorded, settled, key))) return dealOut();
  close();
  crew.renew();
  post({ type: 'compiling', fraction: 0, what: 'starting' });
  await yieldToMessages();
  await engine.open(lab, values, onProgress);
  openKey = key;
  begun += 1;
  cores.giveBack(Math.max(1, engine.workers()));
  recorded = new Recording(engine.about(), link, key);
  post({ type: 'opened', about: recorded.about, link, key, recorded: null });
  // The evaluation at step 0 is there already; a large race takes long for its first step.
  report(await engine.advance(0, 0));
}

/** An open run goes on with the cores that there are now. */
async function dealOut(): Promise<void> {
  if (recorded && (await engine.dealOut())) {
    recorded.about = engine.about();
    post({ type: 'moved', about: recorded.about });
  }
  cores.giveBack(Math.max(1, engine.workers()));
}

/** Where only the end is another one, and nothing before depends on it, the open run goes on to the new end. */
function extend(recording: Recording, { lab, values, link }: Settled, key: string): boolean {
  const { about } = recording;
  if (about.lab !== lab) return false;
  // What only concerns looking is not the run's business.
  if (!engine.extend(runValues(about.values, values, properties))) return false;
  openKey = key;
  finished = false;
  recording.extend(engine.about(), link, key);
  post({ type: 'extended', about: recording.about, link, key });
  if (recording.check !== null) certify(recording.check);
  return true;
}

/** A device that was lost while the run stood still is reported at once, not when training goes on. */
async function reportNow(): Promise<void> {
  if (recorded && !training) report(await engine.advance(0, 0));
}

function report(events: LabEvent[]): void {
  if (events.some((event) => event.type === 'finished')) finished = true;
  if (events.length === 0 || !recorded) return;
  if (events.some((event) => event.type === 'recovered')) {
    recorded.about = engine.about();
    post({ type: 'moved', about: recorded.about });
  }
  recorded.apply(events);
  post({ type: 'happened', events });
  if (recorded.check === null) certify(engine.check() ?? null);
  if (events.some((event) => event.type === 'evaluation')) verdicts(false);
}

function certify(check: string | null): void {
  if (check === null || !recorded) return;
  recorded.check = check;
  const applies = expected?.key === recorded.key ? expected : null;
  post({
    type: 'checked',
    check,
    comparison: applies ? module.compareChecks(applies.check, check) : null,
  });
}

let postedVerdicts = '';
let verdictsAt = 0;
function verdicts(still: boolean): void {
  if (!recorded || (!still && performance.now() - verdictsAt < VERDICTS_MS)) return;
  verdictsAt = performance.now();
  const found = engine.verdicts();
  const text = JSON.stringify(found);
  if (text === postedVerdicts) return;
  postedVerdicts = text;
  post({ type: 'verdicts', verdicts: found });
}

// Keeping

const keeper = new Keeper(post);
let keptAt = 0;
const identity = (current: Recording) => `${begun} ${current.key} ${current.step}`;

/** Keeps the open run as it is now. That it cannot be kept is reported, and stops nothing. */
async function keep(): Promise<void> {
  keptAt = performance.now();
  if (!keeper.on || !recorded || recorded.step === 0) return;
  // Where nothing is trained there is no state that a file could hold.
  if (!recorded.about.weights) return;
  const recording = recorded;
  // Recording and state must be of the same step.
  report(await engine.advance(0, 0));
  try {
    const what = identity(recording);
    if (keeper.has(what)) return;
    const bytes = (await answering.ofRun(recording, 'run.save', {})) as Uint8Array;
    await reportNow();
    keeper.write(recording.snapshot(), bytes, finished, what);
  } catch (thrown) {
    keeper.refuse(thrown);
  }
}

let keepSoon: ReturnType<typeof setTimeout> | undefined;
function keepAfterSteps(): void {
  clearTimeout(keepSoon);
  keepSoon = setTimeout(() => queue.betweenTurns(keep), KEEP_STEPS_MS);
}

/** What is done whenever the run comes to a stop. */
async function afterStop(): Promise<void> {
  verdicts(true);
}

// Training

async function train(settings: Settled, mine: number): Promise<void> {
  await open(settings);
  if (mine === request && !finished && visible) post({ type: 'activity', activity: 'training' });
  training = settings;
  const began = performance.now();
  keptAt = began - KEEP_MS + FIRST_KEEP_MS;
  while (mine === request && visible && !finished) {
    const budget = performance.now() - began < FIRST_TURNS_LAST_MS ? FIRST_TURN_MS : TURN_MS;
    report(await engine.advance(budget, 0));
    await yieldToMessages();
    await queue.runBetweenTurns();
    // A storage that is slower than this gets no more to do.
    if (performance.now() - keptAt >= KEEP_MS && keeper.idle) await keep();
  }
  training = null;
  // What the device had not yet given back.
  if (!finished) report(await engine.advance(0, 0));
  if (finished) {
    post({ type: 'activity', activity: 'finished' });
  } else if (mine === request) {
    waiting = settings;
    post({ type: 'activity', activity: 'hidden' });
  } else {
    post({ type: 'activity', activity: 'paused' });
  }
  await keep();
  await afterStop();
}

async function step(settings: Settled): Promise<void> {
  await open(settings);
  if (!finished) report(await engine.advance(STEP_MS, 1));
  post({ type: 'activity', activity: finished ? 'finished' : 'paused' });
  keepAfterSteps();
  await afterStop();
}

async function reset(settings: Settled): Promise<void> {
  const lost = (recorded?.step ?? 0) > 0;
  // Whoever did not mean it finds the run where an earlier visit's would be.
  await keep();
  if (recorded && openKey === keyOf(settings)) {
    await engine.reset();
    recorded = new Recording(recorded.about, recorded.link, recorded.key);
    finished = false;
    begun += 1;
  } else {
    close();
  }
  post({ type: 'reset', closed: recorded === null });
  // As after opening, the evaluation at step 0 is there.
  await reportNow();
  post({ type: 'activity', activity: 'ready' });
  if (lost) void keeper.offer(settings.lab);
  await afterStop();
}

// Files

/**
 * Opens the run of a weights file. The open run is let go only once the new one stands.
 * `recording` is what is known of it, or null for a file from elsewhere.
 */
async function restore(bytes: Uint8Array, recording: Recording | null): Promise<WeightsFile> {
  const file = module.readWeights(bytes);
  if (recording && recording.step !== file.step) {
    throw { code: 'file', message: 'What was kept of this run does not fit together. It was left alone.' };
  }
  post({ type: 'compiling', fraction: 0, what: 'starting' });
  await yieldToMessages();
  crew.renew();
  await onCores(present.values, () => engine.restore(bytes, onProgress));
  recorded = null;
  finished = false;
  postedVerdicts = '';
  begun += 1;
  // How many cores work is no part of a file: it stays as the reader has set it.
  const { cores: kept } = present.values;
  const { lab, values } = file.settled;
  settle(kept === undefined ? file.settled : module.change(lab, values, 'cores', kept), 'file');
  openKey = keyOf(present);
  const about = engine.about();
  const { link } = file.settled;
  recorded = recording ?? new Recording(about, link);
  recorded.about = about;
  recorded.key = openKey;
  recorded.step = file.step;
  finished = recorded.finished;
  post({ type: 'opened', about, link, key: openKey, recorded: recorded.snapshot() });
  // The file has the evaluations up to its step; a kept recording has more.
  report(recording ? [] : engine.replay());
  report(await engine.advance(0, 0));
  if (recording?.check) certify(recording.check);
  return file;
}

/** Stops the loop for `work`, which replaces the run or leaves it as it was; in that case the loop goes on. */
function replaceRun(id: number, what: Refusable, work: () => Promise<WeightsFile | null>): void {
  const before = training ?? waiting;
  const mine = ++request;
  waiting = null;
  queue.enqueue(async () => {
    try {
      const reply = await work();
      post({ type: 'activity', activity: finished ? 'finished' : 'paused' });
      post({ type: 'answered', id, what, answer: reply });
      await afterStop();
    } catch (thrown) {
      post({ type: 'refused', id, what, error: toLabError(thrown) });
      if (before && mine === request) return onCores(before.values, () => train(before, mine));
      const activity = finished ? 'finished' : recorded && recorded.step > 0 ? 'paused' : 'ready';
      post({ type: 'activity', activity });
    }
  });
}

function settle(settled: Settled, source: 'link' | 'page' | 'file'): void {
  if (settled.lab !== present.lab) describe(settled.lab);
  present = settled;
  const key = keyOf(settled);
  if (source === 'link') expected = settled.check === null ? null : { key, check: settled.check };
  post({ type: 'settled', settled, key, source });
  if (source === 'link' && recorded?.key === key) certify(recorded.check);
}

function describe(lab: LabId): void {
  const described = module.describe(lab);
  properties = described.properties;
  const presets = described.presets.map((preset) => ({
    ...preset,
    link: module.settle(lab, Object.fromEntries(preset.values)).link,
  }));
  post({ ...described, type: 'described', lab, presets });
}

function handle(command: Exclude<Command, { type: 'start' | 'help' }>): void {
  const settings = present;
  // The page has been told what is missing; an open run is not given up for what cannot be opened.
  if (settings.lacking.length && (command.type === 'train' || command.type === 'step')) return;
  switch (command.type) {
    case 'read':
      return settle(module.fromLink(command.link), 'link');
    case 'settle':
      return settle(module.settle(present.lab, command.values), 'page');
    case 'change':
      return settle(module.change(present.lab, present.values, command.name, command.value), 'page');
    case 'typeIn':
      return settle(module.typeIn(present.lab, present.values, command.name, command.text), 'page');
    case 'train': {
      const mine = ++request;
      waiting = null;
      return queue.enqueue(() => onCores(settings.values, () => train(settings, mine)));
    }
    case 'step':
      ++request;
      waiting = null;
      return queue.enqueue(() => onCores(settings.values, () => step(settings)));
    case 'reset':
      ++request;
      waiting = null;
      return queue.enqueue(() => reset(settings));
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
        queue.enqueue(() => onCores(resumed.values, () => train(resumed, mine)));
      }
      return;
    }
    case 'stop':
      return answering.stop(command);
    case 'keep':
      return queue.betweenTurns(keep);
    case 'discard':
      post({ type: 'offered', kept: null });
      return keeper.discard(settings.lab);
    case 'import':
      try {
        // What is wrong with the file itself is found without stopping the run.
        module.readWeights(command.bytes);
      } catch (thrown) {
        return post({ type: 'refused', id: command.id, what: 'import', error: toLabError(thrown) });
      }
      return replaceRun(command.id, 'import', () => restore(command.bytes, null));
    case 'resume':
      return replaceRun(command.id, 'resume', async () => {
        const content = await keeper.content(settings.lab);
        if (!content) throw { code: 'file', message: 'The kept run is no longer there.' };
        await restore(content.bytes, Recording.from(content.snapshot));
        if (recorded) keeper.holds(identity(recorded));
        return null;
      });
    case 'readResults':
    case 'readWeights': {
      const read = async () =>
        command.type === 'readResults'
          ? module.readResults(settings.lab, command.text)
          : module.readWeights(command.bytes);
      return queue.betweenTurns(() => answering.reply(command.id, command.type, read()));
    }
    case 'ask':
      return queue.betweenTurns(() => answering.begin(command, settings));
  }
}

async function load(place: ModulePlace): Promise<void> {
  await init(place === null ? undefined : { module_or_path: place });
}

async function start({ lab, store: keeps, module: place }: Command & { type: 'start' }): Promise<void> {
  keeper.on = keeps;
  await load(place);
  const another = () => new Worker(self.location.href, { type: 'module' }) as WorkerLike;
  crew = new Crew(another, place);
  engine = newEngine();
  present = { ...present, lab };
  describe(lab);
  void keeper.offer(present.lab);
}

self.onmessage = ({ data: command }: MessageEvent<Command>) => {
  if (command.type === 'help') return help(load(command.module).then(() => new module.Helper()));
  if (command.type === 'start') {
    start(command).catch((thrown: unknown) => {
      post({ type: 'failed', error: { code: 'internal', message: whyNot(thrown) } });
    });
    return;
  }
  try {
    handle(command);
  } catch (thrown) {
    fail(thrown);
  }
};
