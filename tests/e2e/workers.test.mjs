// A run on several cores: the numbers of one, whoever is lost on the way, and no more cores than there are.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { labs, until } from './lab.mjs';

const LINK =
  '#lab=copy&executor=cpu&encodings=rank,none&seeds=2&steps=60&length=8&symbols=4&width=16&mlp=16&heads=2&layers=1&every=10';

const { test, withLab } = labs({ webgpu: false, link: LINK });

const set = (lab, cores) => lab.client('change', 'cores', String(cores));
const helpers = (lab) => lab.page.workers().slice(1);
const executor = async (lab) => (await lab.ask('run.results')).executor.name;

/** What is left of a run: results and weights, without who did it and how long it took; a file knows nothing of training curves. */
function outcome(lab) {
  return lab.page.evaluate(async () => {
    const { client } = document.querySelector('#lab');
    const { executor, seconds, training, ...results } = await client.ask('run.results', {});
    const weights = await client.ask('run.save', {});
    const hash = await crypto.subtle.digest('SHA-256', weights);
    return { results, weights: [...new Uint8Array(hash)].join() };
  });
}

/** Trains to the end; gives what has happened, but for how fast. */
async function told(lab) {
  await lab.page.evaluate(() => {
    globalThis.told = [];
    const stop = document.querySelector('#lab').client.listen((report) => {
      if (report.type === 'activity' && report.activity === 'finished') stop();
      if (report.type !== 'happened') return;
      for (const event of report.events) {
        // Of the training steps, which come in portions, each by itself.
        if (event.type === 'training')
          event.steps.forEach((step, at) =>
            globalThis.told.push([step, ...event.values.flat().map((run) => run[at])].join()),
          );
        else if (event.type !== 'progress') globalThis.told.push(JSON.stringify(event));
      }
    });
  });
  await lab.train();
  return lab.page.evaluate(() => globalThis.told);
}

/** Presses Train; the page pauses it as soon as it has come so far. */
async function pauseAt(lab, step) {
  await lab.page.evaluate((least) => {
    const { client } = document.querySelector('#lab');
    const stop = client.listen((report) => {
      if (report.type !== 'happened' || !report.events.some((event) => event.step >= least)) return;
      stop();
      client.pause();
    });
  }, step);
  await lab.press('train');
  // Before it trains it may stand still too.
  await lab.stepAtLeast(step);
  await lab.state('paused');
}

test('one, two and three workers: the same events, results, certificate and weights', async (lab) => {
  const all = [];
  await lab.press('step');
  for (const cores of [1, 2, 3]) {
    await set(lab, cores);
    await lab.press('reset');
    await lab.state('ready');
    const events = await told(lab);
    assert.match(await executor(lab), cores === 1 ? /one worker/ : new RegExp(`${cores} workers`));
    all.push({ events, ...(await outcome(lab)) });
  }
  assert.match(all[0].results.check, /^[0-9a-f]{8}_/);
  assert.match(all[0].events.slice(-2).join(), /"evaluation","step":60.*"finished"/);
  assert.deepEqual(all[1], all[0]);
  assert.deepEqual(all[2], all[0]);
});

test(
  'stepped, looked into, timed, reset, paused and opened from its file it is the same run',
  'steps=2000&every=200',
  async (lab) => {
    await set(lab, 1);
    await lab.train();
    const alone = await outcome(lab);
    await set(lab, 3);
    await lab.press('reset');
    await lab.press('step');
    await until(
      () => lab.step(),
      (step) => step === 1,
    );
    // At whatever step the look is taken, it is the look that one worker takes there.
    const look = async () => {
      const { attention, step } = await lab.ask('run.inspect', { replica: 3, probe: '' });
      return [step, ...Object.values(attention)].join();
    };
    const before = await look();
    assert.match(before, /^1,/);
    assert.match((await lab.ask('run.profile')).method, /all workers at once/);
    assert.equal(await look(), before);
    await set(lab, 1);
    await lab.press('reset');
    await lab.press('step');
    assert.equal(await look(), before);
    await set(lab, 2);
    await pauseAt(lab, 10);
    const bytes = await lab.page.evaluate(async () => [
      ...(await document.querySelector('#lab').client.ask('run.save', {})),
    ]);
    await lab.openFile('run.safetensors', bytes);
    await lab.state('paused');
    assert.equal(
      await lab.page.evaluate(() => document.querySelector('#lab').client.settled.values.cores),
      '2',
    );
    await lab.train();
    assert.match(await executor(lab), /2 workers/);
    assert.deepEqual(await outcome(lab), alone);
  },
);

test('a worker that is lost takes nothing, whenever that is', 'steps=2000&every=200', async (lab) => {
  await set(lab, 1);
  await lab.train();
  const alone = await outcome(lab);
  await set(lab, 4);
  await lab.press('reset');
  await lab.press('step');
  await until(
    () => helpers(lab).length,
    (count) => count === 4,
  );
  /** It ends when it has been told so many things more. */
  const endAfter = (orders) =>
    helpers(lab)[0].evaluate((most) => {
      const obey = self.onmessage;
      let left = most;
      self.onmessage = (message) => (left-- > 0 ? obey.call(self, message) : self.close());
    }, orders);
  const left = (wanted) =>
    until(
      () => helpers(lab).length,
      (count) => count === wanted,
    );
  // While it trains, while it stands still, and when it is gone on with.
  await endAfter(3);
  await lab.page.evaluate(() => {
    const { client } = document.querySelector('#lab');
    globalThis.reasons = [];
    client.listen((report) => {
      if (report.type !== 'happened') return;
      for (const event of report.events)
        if (event.type === 'recovered') globalThis.reasons.push(event.reason);
    });
  });
  await pauseAt(lab, 100);
  await left(3);
  await helpers(lab)[0].evaluate(() => self.close());
  await left(2);
  await endAfter(25);
  await lab.train();
  assert.equal(helpers(lab).length, 1);
  assert.match(await executor(lab), /one worker/);
  assert.deepEqual(await outcome(lab), alone);
  const reasons = await lab.page.evaluate(() => globalThis.reasons);
  assert.equal(reasons.length, 3, reasons.join(' '));
  assert.match(
    reasons[0],
    /^A worker was lost \(it has ended\)\. Training went on with 3 others from the state at step/,
  );
  assert.match(reasons[2], /on the CPU/);
  assert.match(await lab.text('recovered'), /A worker was lost/);
});

it('nobody works on a core that another works on', async () => {
  await withLab('steps=20000&every=1000', async (lab) => {
    const held = () =>
      lab.page.evaluate(async () => {
        const { held } = await navigator.locks.query();
        return held.filter(({ name }) => name.startsWith('mnemoscope core ')).length;
      });
    await set(lab, 2);
    // The page holds all that there can be, as other tabs might.
    await lab.page.evaluate(async () => {
      const most = 64;
      for (let core = 1; core <= most; core++)
        await new Promise((taken) =>
          navigator.locks.request(`mnemoscope core ${core}`, () => {
            taken();
            return new Promise((release) => addEventListener('enough', release));
          }),
        );
    });
    await lab.press('train');
    await lab.stepAtLeast(10);
    assert.equal(helpers(lab).length, 0);
    await lab.press('pause');
    await lab.state('paused');
    assert.match(await executor(lab), /one worker/);
    await lab.page.evaluate(() => dispatchEvent(new Event('enough')));
    await until(held, (count) => count === 0);
    // The open run goes on with two, and leaves them to others as soon as it stands still.
    const before = await lab.step();
    await lab.press('train');
    await lab.stepAtLeast(before + 10);
    assert.equal(await held(), 2);
    await lab.press('pause');
    await lab.state('paused');
    assert.equal(await held(), 0);
    assert.match(await executor(lab), /2 workers/);
    await set(lab, 1);
    await lab.press('train');
    await lab.stepAtLeast((await lab.step()) + 10);
    assert.equal(await held(), 1);
    await lab.press('pause');
    assert.match(await executor(lab), /one worker/);
  });
});
