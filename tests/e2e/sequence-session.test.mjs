// The sequence lab's session panel: a machine is shown a sequence once, recalls it, and is surprised by a wrong turn.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { colours, marksIn, parse, PNG, pointsOfPath, within } from './files.mjs';
import { labs, until } from './lab.mjs';
import { act, ALONE, last, LONGEST, session, still, strip, stripIs, symbols, wordsOf } from './sequence.mjs';

/** Symbols appear at once for readers who ask for less motion; only one test wants to see them come. */
const QUICK = { reducedMotion: 'reduce' };
const { test } = labs({ webgpu: false, link: ALONE, options: QUICK });
const LETTERS = 'a memory that is addressed by what it has just seen can walk along what it once saw';
const ODE = 'E4 E4 F4 G4 G4 F4 E4 D4 C4 C4 D4 E4 E4 D4 D4 | E4 E4 F4 G4 G4 F4 E4 D4 C4 C4 D4 E4 D4 C4 C4';

/** What each begins with; one is drawn. */
const PRESETS = {
  context: '7 1 5 1 7 1 5 1 7 1 5 1'.split(' '),
  subsequence: '1 2 3 5 4 5 4 5 6 7 8 9 10 11 12 5 4 5 4 5 2 9 1'.split(' '),
  random: null,
  melody: ODE.split(' '),
  text: [...LETTERS],
};

describe('store and recall', () => {
  test('every preset brings its sequence', async (lab) => {
    for (const [id, sequence] of Object.entries(PRESETS)) {
      await still(lab);
      await lab.press(`start-${id}`);
      await lab.page.waitForSelector(`[data-testid=start-${id}][aria-pressed=true]`);
      const shown = await symbols(lab);
      if (sequence) assert.deepEqual(shown, sequence);
      const different = new Set(shown).size;
      assert.ok(
        (await lab.text('session-symbols')).startsWith(`${shown.length} symbols, ${different} different`),
      );
    }
  });

  for (const id of ['context', 'text']) {
    test(`the preset “${id}” is stored in one pass, and recalled from its cue`, async (lab) => {
      await still(lab);
      await lab.press(`start-${id}`);
      await lab.page.waitForSelector(`[data-testid=start-${id}][aria-pressed=true]`);
      const shown = await symbols(lab);
      const region = lab.page.getByTestId('session-sentence');
      assert.equal(await region.getAttribute('role'), 'status');
      assert.match(await region.innerText(), /blank/);
      const stored = await act(lab, 'store');
      assert.equal(stored.written, shown.length);
      await stripIs(lab, last(stored));
      const said = await region.innerText();
      assert.ok(said.length > 10);
      assert.equal(
        (await lab.text('session-stored')).replace(/\s+/g, ' ').split(':')[0],
        `${shown.length} symbols, ${stored.alphabet.length} different`,
      );
      assert.match(await lab.text('session-cost'), /^[1-9]\d* kernel launch(es)? a symbol/);
      assert.match(await lab.text('session-executor'), /^CPU/);

      const recalled = await act(lab, 'recall');
      await stripIs(lab, last(recalled));
      assert.equal(recalled.written, shown.length, 'recall writes nothing');
      assert.ok(recalled.right > 0 && recalled.wrong === 0, 'one pass is enough');
      assert.notEqual(await region.innerText(), said);
      const next = await lab.text('session-next');
      // Where the sequence has ended the memory may have nothing to say.
      if (recalled.next === null) assert.match(next, /^nothing: no stored symbol answers/);
      else assert.ok(next.startsWith({ ' ': '␣' }[recalled.next.symbol] ?? recalled.next.symbol), next);
    });
  }

  test('without a memory of the context it cannot be told', { retention: '0' }, async (lab) => {
    await act(lab, 'store');
    const { wrong, steps, begin } = await act(lab, 'recall');
    assert.ok(wrong > 0, 'what follows a 1 depends on what came before it');
    const drawn = await strip(lab);
    for (const step of steps.slice(begin).filter(({ right }) => right === false)) {
      const cell = drawn.find(({ at }) => at === step.at);
      assert.equal(cell.truth, `≠ ${step.expected}`);
      assert.match(cell.said, new RegExp(`wrong, ${step.expected} should stand here`));
    }
  });

  const DRAWN = { source: 'random', alphabet: '9', length: '12', cue: '#2', recall: '10' };
  test('Draw another takes the next seed and another sequence', DRAWN, async (lab) => {
    const first = await symbols(lab);
    await act(lab, 'store');
    await lab.press('draw');
    await lab.page.waitForFunction(() => location.hash.includes('seed=1'));
    const second = await symbols(lab);
    assert.equal(second.length, 12);
    assert.notDeepEqual(second, first);
    await lab.page.waitForFunction(() => document.querySelector('lab-session').dataset.steps === '0');
    assert.match(await lab.text('session-sentence'), /another machine.*blank/);
    await act(lab, 'store');
    const own = last(await act(lab, 'recall')).filter(({ mode }) => mode === 'recall');
    assert.equal(wordsOf(own), second.slice(2).join(' '));
  });

  const ABCD = { sequence: 'A B C D', cue: 'A', recall: '3' };
  test('Store more goes on in the same memory, Forget makes it blank', ABCD, async (lab) => {
    await act(lab, 'store');
    assert.match(await lab.text('store'), /Store more/);
    await lab.fill('session-sequence', 'W X Y Z');
    const both = await act(lab, 'store');
    assert.equal(both.begin, 4);
    assert.equal(both.written, 8);
    assert.deepEqual(both.alphabet, ['A', 'B', 'C', 'D', 'W', 'X', 'Y', 'Z']);
    const own = last(await act(lab, 'recall')).filter(({ mode }) => mode === 'recall');
    assert.equal(wordsOf(own), 'B C D', 'what was stored first is still there');
    // All of it, and the last command again.
    await lab.page.locator('input[name=course-of][value=all]').check({ force: true });
    await stripIs(lab, (await session(lab)).steps);
    await lab.page.locator('input[name=course-of][value=last]').check({ force: true });
    const blank = await act(lab, 'forget');
    assert.equal(blank.steps.length, 0);
    assert.equal(blank.written, 0);
    assert.equal(blank.next, null);
    assert.match(await lab.text('session-next'), /nothing is predicted/);
    assert.equal(await lab.page.getByTestId('course').count(), 0);
    assert.equal(await lab.page.getByTestId('recall').getAttribute('aria-disabled'), 'true');
  });
});

describe('a wrong turn', () => {
  const TEN = { sequence: '1 2 3 4 5 6 7 8 9 10', cue: '1', recall: '9' };
  test('surprise is high there and nothing is written', TEN, async (lab) => {
    await act(lab, 'store');
    const before = last(await act(lab, 'replay'));
    assert.ok(before.every(({ mode }) => mode === 'replay'));
    // By the strip: the sixth symbol is pressed, and another put in its place.
    await lab.page.locator('[data-testid=course] > li').nth(5).locator('button').click();
    assert.equal(await lab.page.getByTestId('wrong-at').inputValue(), '6');
    await lab.page.getByTestId('wrong-symbol').selectOption('2');
    const turned = await act(lab, 'replay');
    const steps = last(turned);
    assert.equal(wordsOf(steps), '1 2 3 4 5 2 7 8 9 10');
    assert.equal(steps[5].predicted, '6');
    assert.equal(steps[5].right, false);
    assert.ok(steps[5].surprise > 0.5, `surprise ${steps[5].surprise}`);
    for (const step of steps.slice(1, 5)) {
      assert.ok(step.surprise < 0.2 && step.right, `before it: ${step.surprise} at ${step.at}`);
    }
    assert.match(
      await lab.text('course-reading'),
      /^Symbol 6, shown: 2; predicted 6.*wrong.*surprise 0\.[5-9]|surprise 1/,
    );
    const cells = await strip(lab);
    assert.ok(cells[5].surprise > 2 * Math.max(...cells.slice(1, 5).map(({ surprise }) => surprise)));
    assert.equal(turned.written, 10);
    // Taken back, the sequence has no surprise again.
    await lab.fill('wrong-at', '');
    const after = last(await act(lab, 'replay'));
    assert.deepEqual(
      after.slice(2).map(({ predicted, similarity }) => ({ predicted, similarity })),
      before.slice(2).map(({ predicted, similarity }) => ({ predicted, similarity })),
    );
  });
});

describe('what is refused', () => {
  test('an unknown symbol in the cue is named beside it, and nothing is lost', async (lab) => {
    const before = await act(lab, 'store');
    await lab.fill('session-cue', '7 banana');
    const after = await act(lab, 'recall');
    assert.deepEqual(after, before);
    await stripIs(lab, last(before));
    const cue = lab.page.locator('#session-cue');
    assert.equal(await cue.getAttribute('aria-invalid'), 'true');
    const told = await lab.page.locator('#session-cue-wrong').innerText();
    assert.match(told, /banana/);
    assert.equal(await cue.getAttribute('aria-describedby'), 'session-cue-wrong');
    assert.equal(await cue.inputValue(), '7 banana', 'what was typed stays');
    assert.equal((await session(lab)).written, 12);
    await lab.fill('session-cue', '7 1');
    const { right } = await act(lab, 'recall');
    assert.ok(right > 0);
    assert.equal(await cue.getAttribute('aria-invalid'), 'false');
  });

  test('an empty sequence and an empty cue are refused in words', async (lab) => {
    const before = await act(lab, 'store');
    await lab.fill('session-sequence', '  ');
    assert.deepEqual(await act(lab, 'store'), before);
    assert.match(await lab.page.locator('#session-sequence-wrong').innerText(), /empty|symbol/i);
    await lab.fill('session-sequence', '7 1');
    await lab.page.locator('#session-sequence-wrong').waitFor({ state: 'detached' });
    await lab.fill('session-cue', '');
    assert.deepEqual(await act(lab, 'recall'), before);
    assert.match(await lab.page.locator('#session-cue-wrong').innerText(), /cue|symbol/i);
  });

  test('a second press while a command is under way does nothing', async (lab) => {
    await still(lab);
    await lab.page.evaluate(() => {
      const store = document.querySelector('#session-store');
      store.click();
      store.click();
    });
    assert.equal((await session(lab)).written, 12);
  });
});

describe('a command that takes long', () => {
  test('shows how far it is, and what is through when it is stopped counts', LONGEST, async (lab) => {
    await still(lab);
    await lab.press('store');
    const bar = lab.page.getByTestId('work-session');
    await bar.waitFor();
    assert.match(await bar.innerText(), /^\s*[\d,]+ of 4,000 symbols/);
    // The page answers meanwhile, and another command waits its turn.
    await lab.set('cue', '#2');
    const after = lab.ask('session.recall', { cue: '#2', count: 4 });
    // On a slow machine the first turn is short.
    await until(
      async () => Number((await bar.innerText()).replaceAll(',', '').match(/\d+/)[0]),
      (at) => at >= 6,
    );
    await lab.press('stop-session');
    await bar.waitFor({ state: 'detached' });
    await still(lab);
    const stored = Number(await lab.page.locator('lab-session').getAttribute('data-steps'));
    assert.ok(stored > 0 && stored < 4000, `${stored} symbols`);
    assert.match(
      await lab.text('session-sentence'),
      new RegExp(`^${stored} symbols stored.*stopped before its end`),
    );
    const recalled = await after;
    assert.equal(recalled.written, stored);
    assert.equal(wordsOf(last(recalled)), wordsOf(recalled.steps.slice(0, 6)));
  });

  test('settings that make another machine end it, in words', LONGEST, async (lab) => {
    await still(lab);
    await lab.press('store');
    await lab.page.getByTestId('work-session').waitFor();
    await lab.set('retention', '0.25');
    await lab.page.getByText('The command was given up').waitFor();
    await still(lab);
    assert.equal((await session(lab)).steps.length, 0);
  });
});

describe('settings', () => {
  test('a text that is too long stays in its field, and is cut by nobody', async (lab) => {
    await still(lab);
    const long = 'a b '.repeat(1001);
    for (const id of ['session-sequence', 'set-sequence']) {
      await lab.page.evaluate(
        (field) => document.querySelector(`#${field}`).closest('details')?.setAttribute('open', ''),
        id,
      );
      await lab.fill(id, long);
      await lab.page.getByText('a text of at most 4000 characters').first().waitFor();
      for (const field of ['session-sequence', 'set-sequence']) {
        assert.equal(await lab.page.locator(`#${field}`).inputValue(), long);
      }
      const values = await lab.page.evaluate(() => document.querySelector('#lab').client.settled.values);
      assert.equal(values.sequence, '7 1 5 1 7 1 5 1 7 1 5 1');
      await lab.fill(id, '7 1 5 1 7 1 5 1 7 1 5 1');
      await lab.page.getByText('a text of at most 4000 characters').first().waitFor({ state: 'detached' });
    }
  });

  test('other codes make another, blank machine; what only concerns looking does not', async (lab) => {
    const before = await act(lab, 'store');
    for (const [name, value] of [
      ['neuron', 'rdlif'],
      ['ball_bits', '32'],
      ['experiment', 'capacity'],
      ['sequence', '1 2 3'],
      ['cue', '1'],
      ['recall', '3'],
    ]) {
      await lab.set(name, value);
      await symbols(lab);
      assert.deepEqual((await session(lab)).steps, before.steps, name);
    }
    await lab.set('data_active', '9');
    await lab.page.waitForFunction(() => document.querySelector('lab-session').dataset.steps === '0');
    assert.match(await lab.text('session-sentence'), /blank/);
  });

  const AWKWARD = { sequence: 'α & β # 100% "x" a=b α', cue: 'α &' };
  test('a link restores sequence and cue, whatever their symbols', AWKWARD, async (lab) => {
    const given = await lab.settings();
    for (const [name, value] of Object.entries(AWKWARD)) assert.equal(given[name], value);
    assert.deepEqual(await symbols(lab), AWKWARD.sequence.split(' '));
    const hash = await lab.hash();
    await lab.page.reload();
    await lab.state('ready');
    assert.equal(await lab.hash(), hash);
    assert.equal(await lab.page.locator('#session-sequence').inputValue(), AWKWARD.sequence);
  });

  test('typing is not written over by a redraw, and both fields are one setting', async (lab) => {
    await still(lab);
    const field = lab.page.locator('#session-sequence');
    await field.fill('1 2 3');
    // Another setting draws the page anew, and the field keeps the focus.
    await lab.client('change', 'neuron', 'rdlif');
    await lab.settled('neuron', 'rdlif');
    assert.equal(await field.inputValue(), '1 2 3');
    await field.blur();
    await lab.page.waitForFunction(() => document.querySelector('#set-sequence').value === '1 2 3');
    await lab.set('sequence', '4 5');
    assert.equal(await field.inputValue(), '4 5');
  });
});

describe('seeing and hearing it', () => {
  const MANY = { sequence: Array.from({ length: 40 }, (_, i) => i % 9).join(' ') };
  test('symbols appear one after the other, and can be had at once', MANY, {}, async (lab) => {
    await still(lab);
    await lab.press('store');
    await lab.page.waitForSelector('lab-session[data-state=showing]');
    const hidden = () => lab.page.locator('.course > li[data-waiting]').count();
    const some = await hidden();
    assert.ok(some > 0, 'not all are there at once');
    assert.equal(await lab.text('session-sentence'), '', 'the outcome is not told before it is seen');
    await lab.page.waitForFunction(
      (before) => document.querySelectorAll('.course > li[data-waiting]').length < before,
      some,
    );
    await lab.press('skip');
    assert.equal(await hidden(), 0);
    await still(lab);
    assert.ok((await lab.text('session-sentence')).length > 10);
    // Left alone it comes to its end too.
    await lab.press('recall');
    await lab.page.waitForSelector('lab-session[data-state=showing]');
    await still(lab);
    assert.equal(await hidden(), 0);
  });

  test('a reader who asks for less motion waits for nothing', async (lab) => {
    await still(lab);
    await lab.page.evaluate(() => {
      globalThis.showed = false;
      new MutationObserver(() => {
        if (document.querySelector('.course > li[data-waiting]')) globalThis.showed = true;
      }).observe(document.body, {
        subtree: true,
        attributes: true,
        childList: true,
      });
    });
    await act(lab, 'store');
    assert.equal(await lab.page.evaluate(() => globalThis.showed), false);
  });

  const NOTES = { sequence: 'A4 C5 | F#4', cue: 'A4', recall: '3' };
  test('a melody can be heard, note by note; nothing sounds by itself', NOTES, async (lab) => {
    await lab.page.evaluate(() => {
      globalThis.heard = [];
      const { OscillatorNode: Real } = globalThis;
      globalThis.OscillatorNode = class extends Real {
        constructor(context, options) {
          super(context, options);
          globalThis.heard.push(options.frequency);
        }
      };
    });
    await act(lab, 'store');
    await act(lab, 'recall');
    const heard = () => lab.page.evaluate(() => globalThis.heard);
    assert.deepEqual(await heard(), []);
    await lab.press('listen');
    const [a, c, f] = await heard();
    assert.equal(a, 440);
    assert.ok(Math.abs(c - 523.251) < 0.01 && Math.abs(f - 369.994) < 0.01);
    assert.equal((await heard()).length, 3, 'a bar line is no note');
    await lab.page.waitForSelector('.course > li[data-sounding]');
    assert.match(await lab.text('listen'), /Stop/);
    await lab.press('listen');
    assert.equal(await lab.page.locator('.course > li[data-sounding]').count(), 0);
    assert.match(await lab.text('listen'), /Listen/);
    await lab.fill('session-sequence', '1 2 3');
    await act(lab, 'store');
    assert.equal(await lab.page.getByTestId('listen').count(), 0, 'numbers are no notes');
  });

  test('numbers, JSON and pictures hold every symbol', async (lab) => {
    await act(lab, 'store');
    const { steps, begin } = await act(lab, 'recall');
    await lab.page.locator('lab-session details.numbers > summary').click();
    await lab.page.getByTestId('course-table').waitFor();
    const table = await lab.page
      .locator('[data-testid=course-table] tbody tr')
      .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.innerText)));
    assert.equal(table.length, steps.length - begin);
    table.forEach((row, i) => {
      const step = steps[begin + i];
      assert.equal(row[0], String(step.at + 1));
      assert.equal(row[2], step.symbol);
      assert.equal(row[3], step.predicted ?? '–');
      if (step.surprise !== null) assert.ok(Math.abs(Number(row[7]) - step.surprise) < 1e-3);
    });
    const json = await lab.json('save-session.json');
    assert.deepEqual(json.session.steps, steps);
    assert.equal(`#${json.link}`, (await lab.hash()).replace(/&hide=.*/, ''));

    const drawn = last({ steps, begin });
    const svg = parse((await lab.download('svg-session')).bytes);
    const text = (series) =>
      marksIn(svg, 'text', series).flatMap((group) => within(group, 'text').map((one) => one.textContent));
    assert.equal(text('symbol').join(' '), wordsOf(drawn));
    assert.equal(text('predicted').length, drawn.length);
    const bars = marksIn(svg, 'link', 'similarity').flatMap((group) =>
      within(group, 'path').map((bar) => {
        const [[, from], [, to]] = pointsOfPath(bar.getAttribute('d'));
        return from - to;
      }),
    );
    const values = drawn.map(({ similarity }) => similarity).filter((value) => value > 0);
    assert.equal(bars.length, values.length);
    bars.forEach((height, i) => assert.ok(Math.abs(height / 34 - Math.min(1, values[i])) < 0.01));
    assert.match(within(svg, 'desc')[0].textContent, /lab=sequence/);
    const png = PNG.sync.read((await lab.download('png-session')).bytes);
    assert.ok(png.width > 1000 && colours(png) > 3, 'something is drawn');
  });
});

describe('for everyone', () => {
  test('all of it by keyboard', async (lab) => {
    const { page } = lab;
    const { keyboard } = page;
    await still(lab);
    await keyboard.press('m');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'title-session');
    await keyboard.press('w');
    const steps = (least) =>
      page.waitForFunction(
        (many) => Number(document.querySelector('lab-session').dataset.steps) >= many,
        least,
      );
    await steps(12);
    const stored = await session(lab);
    assert.equal(stored.written, 12);
    await keyboard.press('l');
    await steps(13);
    const first = await session(lab);
    assert.equal(first.begin, 12);
    // Enter in the cue recalls, with what was just typed.
    await page.locator('#session-cue').focus();
    await keyboard.press('ControlOrMeta+a');
    await keyboard.type('5 1');
    await keyboard.press('Enter');
    await steps(first.steps.length + 1);
    const second = await session(lab);
    assert.equal(second.begin, first.steps.length);
    const recalled = last(second);
    assert.equal(wordsOf(recalled.slice(0, 2)), '5 1');
    // One stop of Tab in the strip; arrows move along it.
    assert.equal(await page.locator('[data-testid=course] button[tabindex="0"]').count(), 1);
    await page.locator('[data-testid=course] button[tabindex="0"]').focus();
    await keyboard.press('ArrowRight');
    await keyboard.press('ArrowRight');
    assert.match(await lab.text('course-reading'), /^Symbol 3, recalled/);
    await keyboard.press('End');
    assert.match(await lab.text('course-reading'), new RegExp(`^Symbol ${recalled.length}, `));
    await keyboard.press('Home');
    assert.match(await lab.text('course-reading'), /^Symbol 1, cue: 5/);
    await keyboard.press('g');
    await steps(second.steps.length + 1);
    assert.equal((await session(lab)).steps.at(-1).mode, 'replay');
    await page.locator('[data-testid=course] button[tabindex="0"]').focus();
    await keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement.id === 'wrong-symbol');
    await page.evaluate(() => document.activeElement.blur());
    await keyboard.press('f');
    await page.waitForFunction(() => document.querySelector('lab-session').dataset.steps === '0');
  });

  const NARROW = { ...QUICK, viewport: { width: 390, height: 844 } };
  const WIDE = { split: 'characters', sequence: 'xy'.repeat(250), cue: 'banana' };
  test('a phone with many symbols, a wrong turn and a refusal', WIDE, NARROW, async (lab) => {
    await act(lab, 'store');
    await lab.fill('wrong-at', '1');
    await act(lab, 'replay');
    await act(lab, 'recall');
    await lab.page.locator('#session-cue-wrong').waitFor();
    await lab.openAll();
    await lab.page.getByTestId('course-table').waitFor();
    await lab.fits();
  });
});
