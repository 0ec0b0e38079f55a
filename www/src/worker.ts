/**
 * Owns the wasm module, the run and the loop, of whichever lab its link names. Everything it does is asked for by a
 * `Command`.
 */

import init, * as wasm from '../../pkg/mnemoscope.js';
import { EncodingsHandler, isEncodingsRequest, transferables } from './labs/encodings/handler';
import type { Engine, Run, LabEvent, LabId, Property, Settled, WeightsFile } from './engine/types';
import type { Answers, Command, FullResults, Refusable, Report, Request, Subject } from './engine/protocol';
import { Keeper } from './engine/keeper';
import { yieldToMessages, Queue, toLabError } from './engine/queue';
import { Recording } from './engine/record';
import { runKey, runValues } from './engine/run-key';
import { isSequenceRequest, SequenceHandler } from './labs/sequence/handler';

const engine = wasm as unknown as Engine;

/** Short turns at first, so that something moves at once; then longer ones, which cost less. */
const FIRST_TURN_MS = 40;
const TURN_MS = 100;
const FIRST_TURNS_LAST_MS = 1000;
/** A single step may take as long as it needs. */
const STEP_MS = 600_000;
/** A run in training is kept for the next visit this often. */
const KEEP_MS = 8000;
/** Single steps in quick succession are kept together. */
const KEEP_STEPS_MS = 800;
/** Between two looks while training: this, or ten times what the last one took, if that is longer. */
const LOOK_MS = 333;
const LOOK_SHARE = 10;
const VERDICTS_MS = 500;

const post = (report: Report, transfer: Transferable[] = []) => self.postMessage(report, { transfer });

/** The settings as last settled. They are kept here, so that quick changes build on each other. */
let present: Settled = {
  lab: 'copy',
  values: {},
  problems: [],
  link: '',
  measures: [],
  hide: [],
  check: null,
};
/** The table of settings of the present lab. */
let properties: Property[] = [];
/** The certificate that a link carried, and the settings of the run that it is for. */
let expected: { key: string; check: string } | null = null;
let run: Run | null = null;
/** The settings that `run` depends on. */
let openKey = '';
/** Rises with every run that begins, so that two of the same configuration and step are told apart. */
let begun = 0;
/** What `run` has reported. The page has its own; this one is kept for the next visit and exported. */
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

function close(): void {
  try {
    run?.free();
  } catch {
    // A run that failed may refuse to be freed; the next one is opened all the same.
  }
  run = null;
  openKey = '';
  recorded = null;
  finished = false;
  postedVerdicts = '';
}

function fail(thrown: unknown): void {
  const error = toLabError(thrown);
  waiting = null;
  training = null;
  close();
  post({ type: 'failed', error });
  // What was kept of it can be gone on with.
  void keeper.offer(present.lab);
}

const onProgress = (fraction: number, what: string) => post({ type: 'compiling', fraction, what });

const keyOf = (settled: Settled) => runKey(settled, properties);

async function open(settled: Settled): Promise<Run> {
  const { lab, values, link } = settled;
  const key = keyOf(settled);
  if (run && (openKey === key || extend(run, settled, key))) return run;
  close();
  post({ type: 'compiling', fraction: 0, what: 'starting' });
  await yieldToMessages();
  run = await engine.Run.open(lab, values, onProgress);
  openKey = key;
  begun += 1;
  recorded = new Recording(run.about(), link, key);
  post({ type: 'opened', about: recorded.about, link, key, recorded: null });
  // The evaluation at step 0 is there already; a large race takes long for its first step.
  report(await run.advance(0, 0));
  await look();
  return run;
}

/** Where only the end is another one, and nothing before depends on it, the open run goes on to the new end. */
function extend(current: Run, { lab, values, link }: Settled, key: string): boolean {
  if (!recorded || recorded.about.lab !== lab) return false;
  // What only concerns looking is not the run's business.
  if (!current.extend(runValues(recorded.about.values, values, properties))) return false;
  openKey = key;
  finished = false;
  recorded.extend(current.about(), link, key);
  post({ type: 'extended', about: recorded.about, link, key });
  if (recorded.check !== null) certify(recorded.check);
  return true;
}

/** A device that was lost while the run stood still is reported at once, not when training goes on. */
async function reportNow(): Promise<void> {
  if (run && !training) report(await run.advance(0, 0));
}

function report(events: LabEvent[]): void {
  if (events.some((event) => event.type === 'finished')) finished = true;
  if (events.length === 0 || !run || !recorded) return;
  if (events.some((event) => event.type === 'recovered')) {
    recorded.about = run.about();
    post({ type: 'moved', about: recorded.about });
  }
  recorded.apply(events);
  post({ type: 'happened', events });
  if (recorded.check === null) certify(run.check() ?? null);
  if (events.some((event) => event.type === 'evaluation')) verdicts(false);
}

function certify(check: string | null): void {
  if (check === null || !recorded) return;
  recorded.check = check;
  const applies = expected?.key === recorded.key ? expected : null;
  post({
    type: 'checked',
    check,
    comparison: applies ? engine.compareChecks(applies.check, check) : null,
  });
}

let postedVerdicts = '';
let verdictsAt = 0;
function verdicts(still: boolean): void {
  if (!run || (!still && performance.now() - verdictsAt < VERDICTS_MS)) return;
  verdictsAt = performance.now();
  const found = run.verdicts();
  const text = JSON.stringify(found);
  if (text === postedVerdicts) return;
  postedVerdicts = text;
  post({ type: 'verdicts', verdicts: found });
}

// Looking inside

let watched: Subject | null = null;
let lookAt = 0;

async function look(): Promise<void> {
  const subject = watched;
  if (!subject || !run) return;
  const began = performance.now();
  try {
    const inspection = await run.inspect(subject.replica, subject.probe);
    post({ type: 'seen', subject, inspection });
  } catch (thrown) {
    if (watched === subject) watched = null;
    post({ type: 'unseen', subject, error: toLabError(thrown) });
  }
  const took = performance.now() - began;
  lookAt = performance.now() + Math.max(LOOK_MS, LOOK_SHARE * took);
  await reportNow();
}

// Keeping

const keeper = new Keeper(post);
let keptAt = 0;
const identity = (current: Recording) => `${begun} ${current.key} ${current.step}`;

/** Keeps the open run as it is now. That it cannot be kept is reported, and stops nothing. */
async function keep(): Promise<void> {
  keptAt = performance.now();
  if (!keeper.on || !run || !recorded || recorded.step === 0) return;
  // A study has no state that a file could hold.
  if (recorded.about.lab === 'sequence') return;
  const current = run;
  // Recording and state must be of the same step.
  report(await current.advance(0, 0));
  try {
    const what = identity(recorded);
    if (keeper.has(what)) return;
    const bytes = await current.save();
    await reportNow();
    keeper.write(recorded.snapshot(), bytes, finished, what);
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
  await look();
}

// Training

async function train(settings: Settled, mine: number): Promise<void> {
  const current = await open(settings);
  if (mine === request && !finished && visible) post({ type: 'activity', activity: 'training' });
  training = settings;
  const began = performance.now();
  keptAt = began;
  while (mine === request && visible && !finished) {
    const budget = performance.now() - began < FIRST_TURNS_LAST_MS ? FIRST_TURN_MS : TURN_MS;
    report(await current.advance(budget, 0));
    await yieldToMessages();
    await queue.runBetweenTurns();
    if (performance.now() >= lookAt) await look();
    // A storage that is slower than this gets no more to do.
    if (performance.now() - keptAt >= KEEP_MS && keeper.idle) await keep();
  }
  training = null;
  // What the device had not yet given back.
  if (!finished) report(await current.advance(0, 0));
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
  const current = await open(settings);
  if (!finished) report(await current.advance(STEP_MS, 1));
  post({ type: 'activity', activity: finished ? 'finished' : 'paused' });
  keepAfterSteps();
  await afterStop();
}

async function reset(settings: Settled): Promise<void> {
  if (run && recorded && openKey === keyOf(settings)) {
    await run.reset();
    recorded = new Recording(recorded.about, recorded.link, recorded.key);
    finished = false;
    begun += 1;
  } else {
    close();
  }
  post({ type: 'reset', closed: run === null });
  // As after opening, the evaluation at step 0 is there.
  await reportNow();
  post({ type: 'activity', activity: 'ready' });
  await afterStop();
}

// Files

/**
 * Opens the run of a weights file. The open run is let go only once the new one stands.
 * `recording` is what is known of it, or null for a file from elsewhere.
 */
async function restore(bytes: Uint8Array, recording: Recording | null): Promise<WeightsFile> {
  const file = engine.readWeights(bytes);
  if (recording && recording.step !== file.step) {
    throw { code: 'file', message: 'What was kept of this run does not fit together. It was left alone.' };
  }
  post({ type: 'compiling', fraction: 0, what: 'starting' });
  await yieldToMessages();
  const restored = await engine.Run.restore(bytes, onProgress);
  close();
  run = restored;
  begun += 1;
  settle(file.settled, 'file');
  openKey = keyOf(present);
  const about = run.about();
  const { link } = file.settled;
  recorded = recording ?? new Recording(about, link);
  recorded.about = about;
  recorded.key = openKey;
  recorded.step = file.step;
  finished = recorded.finished;
  post({ type: 'opened', about, link, key: openKey, recorded: recorded.snapshot() });
  // The file has the evaluations up to its step; a kept recording has more.
  report(recording ? [] : run.replay());
  report(await run.advance(0, 0));
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
      if (before && mine === request) return train(before, mine);
      const activity = finished ? 'finished' : recorded && recorded.step > 0 ? 'paused' : 'ready';
      post({ type: 'activity', activity });
    }
  });
}

/** Brings the run to where its results have all that there is: what came back last, and what its experiment finds. */
async function complete(current: Run): Promise<void> {
  report(await current.advance(0, 0));
  await current.outcome();
}

function fullResults(current: Run, recording: Recording): FullResults {
  const training = recording.training();
  return { ...current.results(), ...(training.curves.length ? { training } : {}) };
}

const encodingsHandler = new EncodingsHandler(engine);
const sequenceHandler = new SequenceHandler({
  engine,
  present: () => present,
  onTurn: (work, turn) => post({ type: 'turned', work, turn }),
});

async function reply(
  { id, type: what }: Request & { id: number },
  answering: Promise<Answers[Refusable]>,
): Promise<void> {
  try {
    const answer = await answering;
    post({ type: 'answered', id, what, answer }, transferables(answer));
  } catch (thrown) {
    post({ type: 'refused', id, what, error: toLabError(thrown) });
  }
}

async function answerTo(asked: Request, settings: Settled): Promise<Answers[Refusable]> {
  if (asked.type === 'readResults') return engine.readResults(asked.text);
  if (asked.type === 'readWeights') return engine.readWeights(asked.bytes);
  if (isEncodingsRequest(asked, settings.lab)) {
    const ours = run && recorded?.about.lab === 'encodings';
    return encodingsHandler.answer(
      asked,
      settings,
      ours ? { run: run as Run, moment: identity(recorded as Recording) } : null,
    );
  }
  if (isSequenceRequest(asked, settings.lab)) return sequenceHandler.answer(asked, settings);
  if (!run || !recorded) {
    const start = settings.lab === 'sequence' ? 'Run' : 'Train';
    throw { code: 'refused', message: `There is no run yet. Press ${start} or Step first.` };
  }
  switch (asked.type) {
    case 'inspect':
      return run.inspect(asked.replica, asked.probe);
    case 'profile':
      return run.profile();
    case 'save':
      return run.save();
    case 'results':
      await complete(run);
      return fullResults(run, recorded);
    case 'csv':
      await complete(run);
      return run.csv(asked.table ?? undefined);
    case 'outcome':
      return run.outcome();
    default:
      return null;
  }
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
  const described = engine.describe(lab);
  properties = described.properties;
  const presets = described.presets.map((preset) => ({
    ...preset,
    link: engine.settle(lab, Object.fromEntries(preset.values)).link,
  }));
  post({ ...described, type: 'described', lab, presets });
}

function handle(command: Exclude<Command, { type: 'start' }>): void {
  const settings = present;
  switch (command.type) {
    case 'read':
      return settle(engine.fromLink(command.link), 'link');
    case 'settle':
      return settle(engine.settle(present.lab, command.values), 'page');
    case 'change':
      return settle(engine.change(present.lab, present.values, command.name, command.value), 'page');
    case 'typeIn':
      return settle(engine.typeIn(present.lab, present.values, command.name, command.text), 'page');
    case 'train': {
      const mine = ++request;
      waiting = null;
      return queue.enqueue(() => train(settings, mine));
    }
    case 'step':
      ++request;
      waiting = null;
      return queue.enqueue(() => step(settings));
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
        queue.enqueue(() => train(resumed, mine));
      }
      return;
    }
    case 'watch':
      watched = command.subject;
      return watched ? queue.betweenTurns(look) : undefined;
    case 'stopWork':
      return sequenceHandler.stop(command.work, command.unit);
    case 'keep':
      return queue.betweenTurns(keep);
    case 'discard':
      post({ type: 'offered', kept: null });
      return keeper.discard(settings.lab);
    case 'import':
      try {
        // What is wrong with the file itself is found without stopping the run.
        engine.readWeights(command.bytes);
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
    default: {
      const work = isSequenceRequest(command, settings.lab) ? sequenceHandler.work(command, settings) : null;
      if (work) return void reply(command, queue.inTurns(work)).then(() => queue.betweenTurns(reportNow));
      return queue.betweenTurns(async () => {
        await reply(command, answerTo(command, settings));
        await reportNow();
      });
    }
  }
}

async function start({ lab, store: keeps, module: place }: Command & { type: 'start' }): Promise<void> {
  keeper.on = keeps;
  await init(place === null ? undefined : { module_or_path: place });
  present = { ...present, lab };
  describe(lab);
  void keeper.offer(present.lab);
}

/** Commands that come before the module is there wait for it. */
let loaded: Promise<void> = Promise.resolve();

self.onmessage = ({ data: command }: MessageEvent<Command>) => {
  if (command.type !== 'start') {
    void loaded.then(() => handle(command)).catch(fail);
    return;
  }
  loaded = start(command);
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
};
