// What the tests of the sequence lab's shell and session share: links, what the machine did, and what the page shows.

import assert from 'node:assert/strict';

/** Without the parts that other files test. */
export const ALONE = '#lab=sequence&executor=cpu&hide=operations,spikes,ball,experiment';
/** A small experiment that is done in a moment. */
export const STUDY =
  'executor=cpu&experiment=errors&longest=10&points=2&seeds=1&contexts=combined&forgetful=false';
export const PARTS = ['session', 'operations', 'spikes', 'ball', 'run', 'experiment', 'settings', 'keep'];

/** A link's fragment of the settings. */
export const link = (settings, base = ALONE) =>
  `${base}&${Object.entries(settings)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')}`;

/** Waits until no command is under way and every symbol has appeared. */
export async function still(lab) {
  await lab.page.waitForFunction(() => {
    const { state, steps } = document.querySelector('lab-session')?.dataset ?? {};
    return state === 'still' && steps !== '';
  });
}

/** Presses a button of the session, and gives what the session is then. */
export async function act(lab, testId) {
  await still(lab);
  await lab.press(testId);
  await still(lab);
  return session(lab);
}

export async function session(lab) {
  await still(lab);
  const found = await lab.ask('session');
  assert.equal(
    await lab.page.locator('lab-session').getAttribute('data-steps'),
    String(found.steps.length),
    'the page has all of it',
  );
  return found;
}

/** The symbols of steps, as words. */
export const wordsOf = (steps) => steps.map(({ symbol }) => symbol).join(' ');

/** The steps of the last command. */
export const last = ({ steps, begin }) => steps.slice(begin);

/** The settings' sequence, once the worker has answered for the present settings. */
export async function symbols(lab) {
  await lab.page.waitForFunction(() =>
    ['still', 'showing'].includes(document.querySelector('lab-session')?.dataset.state),
  );
  return lab.ask('symbols');
}

/** Every symbol of the strip, as it is drawn. */
export function strip(lab) {
  return lab.page.locator('[data-testid=course] > li').evaluateAll((items) =>
    items.map((item) => {
      const text = (kind) => item.querySelector(`.${kind}`).textContent.trim();
      const height = (kind) =>
        Number.parseFloat(item.querySelector(`.gauge.${kind} > span`).style.height) / 100;
      const button = item.querySelector('button');
      return {
        at: Number(item.dataset.at),
        number: Number(text('at')),
        symbol: text('symbol'),
        predicted: text('predicted'),
        truth: text('truth'),
        similarity: height('similarity'),
        surprise: height('surprise'),
        mode: button.dataset.mode,
        verdict: button.dataset.verdict,
        said: button.querySelector('.sr').textContent,
      };
    }),
  );
}

/** What the strip shows is what the session holds. */
export async function stripIs(lab, steps) {
  const drawn = await strip(lab);
  assert.equal(drawn.length, steps.length);
  drawn.forEach((cell, i) => {
    const step = steps[i];
    const seen = { ' ': '␣' }[step.symbol] ?? step.symbol;
    assert.equal(cell.at, step.at);
    assert.equal(cell.number, i + 1);
    assert.equal(cell.symbol, seen);
    assert.equal(cell.mode, step.mode);
    assert.equal(cell.verdict, step.right === null ? 'open' : step.right ? 'right' : 'wrong');
    if (step.predicted === null) assert.equal(cell.predicted, '–');
    else {
      const mark = { true: '✓', false: '✗', null: '' }[step.right];
      assert.equal(cell.predicted, `${{ ' ': '␣' }[step.predicted] ?? step.predicted}${mark}`);
    }
    for (const value of ['similarity', 'surprise']) {
      assert.ok(
        Math.abs(cell[value] - Math.min(1, Math.max(0, step[value] ?? 0))) <= 0.006,
        `${value} of ${i}`,
      );
    }
  });
}

/** A machine as slow as settings can make it within reasonable memory, and a sequence that is long for it. */
const SLOW_MACHINE =
  'decoders=16384&chosen=128&context_size=2048&context_active=128&data_size=1024&data_active=64';
export const LONG = `source=random&length=1000&alphabet=40&${SLOW_MACHINE}`;
/** The longest text, for the same machine. */
export const LETTERS = Array.from({ length: 4000 }, (_, i) =>
  String.fromCharCode(97 + (((i * i * 7 + i * 3) % 101) % 26)),
).join('');
export const LONGEST = `split=characters&sequence=${LETTERS}&${SLOW_MACHINE}`;
