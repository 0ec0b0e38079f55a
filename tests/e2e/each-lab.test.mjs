// What every lab of the page does, gone through for each: its head, its link, what can be hidden, its keys, presets, run,
// files, its frame in another page, and every reader's way to it. What a lab does not have is skipped, and each-lab.json
// says so; its links are the smallest run, and one whose end no test sees.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { contextOf, labs } from './lab.mjs';

const ROOT = new URL('../../', import.meta.url);
const PKG = process.env.PKG ? new URL(`file://${process.env.PKG}/`) : new URL('pkg/', ROOT);
const engine = await import(new URL('mnemoscope.js', PKG));
engine.initSync({ module: readFileSync(new URL('mnemoscope_bg.wasm', PKG)) });

const EACH = JSON.parse(readFileSync(new URL('each-lab.json', import.meta.url)));
const [FIRST] = Object.keys(EACH);

const shared = labs({ webgpu: false });
const { test, withLab } = shared;

const question = (lab) => engine.describe(lab).question;

/** Another value than the default, where one can be named that needs no other setting. */
function another({ kind, default: given }) {
  switch (kind.type) {
    case 'choice':
      return kind.options.map(({ value }) => value).find((value) => value !== given);
    case 'flag':
      return String(given !== 'true');
    case 'many':
      return kind.options[given === kind.options[0].value ? 1 : 0].value;
    case 'integer': {
      const next = Number(given) + (Number(given) < kind.max ? 1 : -1);
      return String(next);
    }
    case 'number':
      return String(
        Number(given) === kind.max ? kind.min : Math.min(kind.max, Number(given) * 1.5 || kind.max / 8),
      );
    default:
      return undefined;
  }
}

/** Of these settings those that can have another value beside what is given: their names, and the values. */
function others(properties, given) {
  const found = new URLSearchParams(given);
  const changed = [];
  for (const property of properties) {
    const value = another(property);
    // One that another setting does not allow is left as it is.
    const tried = engine.fromLink(new URLSearchParams([...found, [property.name, value]]).toString());
    if (value === undefined || tried.problems.length || tried.values[property.name] !== value) continue;
    found.set(property.name, value);
    changed.push([property.name, value]);
  }
  return changed;
}

const DESK = { width: 1280, height: 860 };
const QUIET = { reducedMotion: 'reduce' };

/** The rows of a CSV are the numbers of the results. */
function agree(rows, { measures, runs, curves }) {
  const ids = measures.map(({ id }) => id);
  const [axis, ...more] = Object.keys(rows[0]).filter((name) => !['arm', 'seed', ...ids].includes(name));
  assert.deepEqual(more, []);
  assert.equal(rows.length, runs.length * curves.length);
  for (const row of rows) {
    const run = runs.findIndex(({ arm, seed }) => arm === row.arm && String(seed) === row.seed);
    const { values } = curves.find(({ x }) => x === Number(row[axis]));
    // The CSV has as many digits as single precision needs.
    ids.forEach((id, place) =>
      assert.equal(row[id] === '' ? null : Math.fround(Number(row[id])), values[place][run], id),
    );
  }
}

/** Goes through the page with Tab, until it comes around, and gives the controls that were not reached. */
async function unreached(page) {
  await page.evaluate(() => {
    document.addEventListener('focusin', ({ target: { dataset } }) => {
      globalThis.around ||= 'reached' in dataset;
      dataset.reached = '';
    });
    document.body.tabIndex = -1;
    document.body.focus();
  });
  while (!(await page.evaluate(() => globalThis.around)))
    for (let i = 0; i < 20; i++) await page.keyboard.press('Tab');
  return page.evaluate(() =>
    [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
      .filter((element) => element.checkVisibility() && element.tabIndex >= 0)
      .filter((element) => element.type !== 'radio' || element.checked)
      .filter((element) => !element.closest('dialog:not([open])') && !('reached' in element.dataset))
      .map((element) => element.outerHTML.slice(0, 120)),
  );
}

const blur = ({ page }) => page.evaluate(() => document.activeElement.blur());
const partInFocus = ({ page }) =>
  page.evaluate(() => document.activeElement.closest('[data-part]')?.dataset.part);
const problems = ({ page }) => page.locator('[data-testid=problems] li').count();

test('the page leads to every lab of the engine, and every lab is gone through here', '', async (lab) => {
  const { page } = lab;
  const links = await page
    .locator('nav a[data-lab]')
    .evaluateAll((all) => all.map(({ dataset }) => dataset.lab));
  assert.deepEqual(links, Object.keys(EACH));
  for (const id of [...links.slice(1), FIRST]) {
    await lab.go(id);
    assert.deepEqual(await page.locator('h1').allInnerTexts(), [question(id)]);
    assert.equal(await page.locator('[id=lab]').count(), 1);
    assert.equal(await page.locator('nav [aria-current=page]').getAttribute('data-lab'), id);
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1');
  }
});

for (const [id, { small, long, skipped }] of Object.entries(EACH)) {
  const { properties, presets, parts } = engine.describe(id);
  const link = (settings) => `#lab=${id}&${settings}`;
  const own = parts.filter((part) => part.id !== 'head').map((part) => part.id);
  const ofScope = (scope) => properties.filter((property) => property.scope === scope);
  const skips = [];

  describe(`the ${id} lab`, () => {
    it('its head is there before any script, with its question; once it runs there is one heading', async () => {
      const context = await contextOf(shared.browser);
      try {
        const page = await context.newPage();
        await page.route(/\.js$/, (route) => route.abort());
        await page.goto(`${shared.server.address}#lab=${id}`);
        assert.deepEqual(await page.locator('h1:visible').allInnerTexts(), [question(id)]);
      } finally {
        await context.close();
      }
      await withLab(`#lab=${id}`, async ({ page }) => {
        assert.match(await page.title(), / lab · Mnemoscope$/);
        assert.deepEqual(await page.locator('h1').allInnerTexts(), [question(id)]);
        assert.equal(await page.locator('nav [aria-current=page]').getAttribute('data-lab'), id);
        assert.match(await page.locator('.claim').innerText(), /claim under test/);
        assert.ok((await page.locator('.claim a').count()) >= 1, 'with its source');
      });
    });

    it('every setting goes into the link, and comes back from it', async () => {
      const given = new URLSearchParams([['lab', id], ...others(properties, `lab=${id}`)]);
      assert.ok([...given].length > properties.length * 0.6, `${given} of ${properties.length}`);
      await withLab(`#${given}`, async (lab) => {
        assert.equal(await problems(lab), 0);
        const hash = await lab.hash();
        const values = Object.fromEntries(new URLSearchParams(hash.slice(1)));
        assert.deepEqual(values, Object.fromEntries(given));
        const settings = await lab.settings();
        await lab.page.reload();
        await lab.state('ready');
        assert.equal(await lab.hash(), hash);
        assert.deepEqual(await lab.settings(), settings);
      });
    });

    it('what a setting cannot be is told by its name, with what is allowed, and nothing else changes', async () => {
      const numbers = properties.filter(({ kind }) => 'max' in kind);
      const choices = properties.filter(({ kind }) => kind.type === 'choice');
      const wrong = [
        ...numbers.map(({ name, kind }) => `${name}=${kind.max * 10 + 1}`),
        ...choices.map(({ name }) => `${name}=banana`),
      ];
      await withLab(`#lab=${id}&${wrong.join('&')}&nosuch=1&hide=banana`, async (lab) => {
        const told = (name) => lab.page.locator(`[data-testid=problems] [data-field=${name}]`).innerText();
        for (const { name, label, default: used } of [...numbers, ...choices]) {
          const text = await told(name);
          assert.ok(text.includes(`${label}: `), text);
          assert.match(text, new RegExp(`is not allowed\\. Allowed: .*${used}`));
        }
        assert.match(await told('nosuch'), /no such setting/);
        assert.match(await told('hide'), new RegExp(`banana.*${own[0]}`));
        assert.equal(await lab.hash(), `#lab=${id}`);
        await lab.press('dismiss');
        assert.equal(await problems(lab), 0);
      });
    });

    test('every part can be hidden, and can stand alone', `#lab=${id}`, async (lab) => {
      const left = async (wanted, hidden) => {
        await lab.page.evaluate((hash) => (location.hash = hash), `#lab=${id}&hide=${hidden}`);
        await lab.page.waitForFunction((names) => {
          const all = [...document.querySelectorAll('#lab [data-part]')];
          return all.length === names.length && all.every(({ dataset }) => names.includes(dataset.part));
        }, wanted);
      };
      assert.deepEqual(new Set(await lab.parts()), new Set(own));
      for (const part of own) {
        const rest = own.filter((other) => other !== part);
        await left(rest, part);
        await left([part], ['head', ...rest]);
        assert.equal(await problems(lab), 0);
        if (part !== 'settings')
          assert.ok(await lab.page.locator(`[data-part=${part}] > *`).first().isVisible());
      }
      await left([], ['head', ...own]);
      await lab.page.locator('h1').waitFor({ state: 'hidden' });
    });

    test('what stands in a part can stand alone, and can be hidden', link(small), async (lab) => {
      await lab.train();
      const seen = async (asked, name, wanted) => {
        await lab.page.evaluate((hash) => (location.hash = hash), `${link(small)}&${asked}=${name}`);
        // A part asks only when it is in view.
        await lab.page.waitForFunction(
          ([name, wanted]) => {
            const own = `:is([aria-labelledby="title-${name}"], lab-figure[data-testid="${name}"])`;
            const shown = (all) => [...document.querySelectorAll(all)].filter((one) => one.checkVisibility());
            document.querySelector(`[data-part]:has(${own}) h2`)?.scrollIntoView();
            const rest = shown('#lab [data-part] :is(h2, h3, input, lab-figure)').filter(
              (one) => !one.closest(own),
            );
            return wanted ? shown(own).length > 0 && !rest.length : !shown(own).length && rest.length > 0;
          },
          [name, wanted],
        );
        assert.equal(await problems(lab), 0, name);
      };
      for (const name of parts.flatMap(({ within }) => within)) {
        await seen('only', name, true);
        await seen('hide', name, false);
      }
    });

    test('presets and keys do what they say', `#lab=${id}&executor=cpu`, async (lab) => {
      const { page } = lab;
      for (const preset of presets) {
        await page.getByTestId('preset').selectOption(preset.id);
        const wanted = preset.values.map(([name, value]) => [name, String(value)]);
        await page.waitForFunction((values) => {
          const { settled } = document.querySelector('#lab').client;
          return values.every(([name, value]) => settled.values[name] === value);
        }, wanted);
        assert.equal(await problems(lab), 0, preset.id);
      }
      await lab.hash();
      await page.reload();
      await lab.state('ready');
      assert.equal(await page.getByTestId('preset').inputValue(), presets.at(-1).id, 'it is known again');
      const rows = await page
        .locator('#shortcuts tr:has(kbd)')
        .evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent.trim())));
      const keys = rows.map(([key]) => key);
      assert.equal(new Set(keys).size, keys.length, 'no key is given twice');
      assert.ok(keys.length >= 8, keys.join());
      const reached = [];
      for (const [key] of rows.filter(([, label]) => label.startsWith('Go to '))) {
        await page.keyboard.press(key.toLowerCase());
        reached.push(await partInFocus(lab));
        await blur(lab);
      }
      assert.ok(reached.includes('settings') && reached.every(Boolean), reached.join());
      assert.equal(new Set(reached).size, reached.length, reached.join());
      await page.keyboard.press('?');
      await page.getByTestId('shortcuts').waitFor();
    });

    test('a first visit is explained, and stays closed', `#lab=${id}`, async (lab) => {
      const welcome = lab.page.getByTestId('welcome');
      await welcome.waitFor();
      assert.ok((await welcome.locator('li').count()) >= 3);
      await lab.press('welcome-close');
      assert.equal(await welcome.count(), 0);
      assert.equal(await lab.page.evaluate(() => document.activeElement.dataset.testid), 'explain');
      await lab.page.reload();
      await lab.state('ready');
      assert.equal(await welcome.count(), 0);
      await lab.press('explain');
      await welcome.waitFor();
    });

    const FIRST = { viewport: { width: 1280, height: 800 }, folded: true };
    test(
      'its first screen has an action; its parts are listed, and opened by it',
      `#lab=${id}`,
      FIRST,
      async (lab) => {
        const { page } = lab;
        const { height } = await page.locator('.masthead').boundingBox();
        assert.ok(height <= 150, `title and claim take ${height} px`);
        const action = await page
          .locator('#lab .bench, #lab .runbar')
          .locator('button.primary, select')
          .first()
          .boundingBox();
        assert.ok(action.y + action.height <= 800, `the first action stands at ${action.y}`);
        const folds = () =>
          page
            .locator('details.fold')
            .evaluateAll((all) => all.map(({ dataset, open }) => [dataset.fold, open]));
        const before = await folds();
        assert.ok(
          before.every(([, open]) => !open),
          'nothing is open on a first visit',
        );
        for (const entry of await page.locator('nav.contents [data-to]').all()) {
          await entry.click();
          const reached = await page.evaluate(() => {
            const { activeElement } = document;
            const { top } = activeElement.getBoundingClientRect();
            return [activeElement.closest('[data-part]')?.dataset.part, top < innerHeight];
          });
          assert.deepEqual(reached, [await entry.getAttribute('data-to'), true]);
        }
        const opened = await folds();
        await page.reload();
        await lab.state('ready');
        assert.deepEqual(await folds(), opened, 'what was opened is open at the next visit');
        await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
        assert.ok(
          (await folds()).every(([, open]) => open),
          'a print shows everything',
        );
        await page.evaluate(() => dispatchEvent(new Event('afterprint')));
        assert.deepEqual(await folds(), opened);
      },
    );

    test('start, pause, one step, reset; looking leaves the run alone', link(long), async (lab) => {
      await lab.press('train');
      await lab.stepAtLeast(1);
      for (const [name, value] of others(ofScope('look'), `lab=${id}&${long}`)) {
        await lab.client('change', name, value);
        await lab.settled(name, value);
        assert.equal(await lab.data('state'), 'training', name);
        assert.doesNotMatch(await lab.text('status'), /settings have changed/, name);
      }
      await lab.press('pause');
      await lab.state('paused');
      const paused = await lab.step();
      await lab.press('step');
      await lab.stepAtLeast(paused + 1);
      await lab.state('paused');
      assert.equal(await lab.step(), paused + 1);
      await blur(lab);
      await lab.page.keyboard.press('s');
      await lab.stepAtLeast(paused + 2);
      assert.equal(await lab.step(), paused + 2);
      const [[name, value]] = others(ofScope('run'), `lab=${id}&${long}`);
      await lab.client('change', name, value);
      await lab.page.getByText(/settings have changed: \w+ starts a new run/).waitFor();
      await lab.page.keyboard.press('r');
      await lab.state('ready');
      assert.equal(await lab.step(), 0);
    });

    it('the same link finds the same numbers, before and after a reset; its files say so', async () => {
      let shown = `${link(small)}`;
      const curves = [];
      let weights = null;
      await withLab(shown, async (lab) => {
        await lab.train();
        const results = await lab.json();
        assert.equal(results.lab, id);
        assert.equal(`#${results.link}`, await lab.hash());
        assert.ok(results.verdicts === undefined || Array.isArray(results.verdicts));
        curves.push((await lab.download('csv')).bytes.toString());
        agree(await lab.csv(), results);
        const there = await lab.page.getByTestId('weights').count();
        if (there) weights = (await lab.download('weights')).bytes;
        shown = new URL(await lab.copiedLink()).hash;
      });
      await withLab(shown, async (lab) => {
        await lab.train();
        if (shown.includes('&check='))
          await lab.page.locator('[data-testid=check] [data-same=true]').waitFor();
        else skips.push('certificate');
        curves.push((await lab.download('csv')).bytes.toString());
        await lab.press('reset');
        await lab.state('ready');
        await lab.train();
        curves.push((await lab.download('csv')).bytes.toString());
      });
      assert.ok(curves[0].split('\n').length > 3);
      assert.equal(new Set(curves).size, 1);
      if (!weights) {
        skips.push('weights');
        return;
      }
      await withLab(`#lab=${id}`, async (lab) => {
        await lab.openFile('run.safetensors', weights);
        await lab.page.getByText(/“run.safetensors” is open at step \d+/).waitFor();
        assert.equal((await lab.download('csv')).bytes.toString(), curves[0]);
      });
    });

    it('in a frame it starts by itself, leaves out what is hidden, and leads back', async () => {
      const context = await contextOf(shared.browser, { viewport: { width: 800, height: 700 } });
      const errors = [];
      try {
        const page = await context.newPage();
        page.on('pageerror', (error) => errors.push(error.message));
        await page.goto(
          `${shared.server.address}embed.html${link(small)}&autostart=1&theme=dark&hide=keep,settings`,
        );
        await page.waitForSelector(`#lab[data-lab=${id}][data-state=finished]`);
        assert.match(await page.title(), / lab · Mnemoscope$/);
        assert.equal(await page.locator('h1').count(), 1);
        assert.equal(await page.locator('.question').innerText(), question(id));
        assert.equal(await page.locator('[data-part=keep], [data-part=settings]').count(), 0);
        const { hash } = new URL(await page.locator('#open').getAttribute('href'));
        const values = new URLSearchParams(hash.slice(1));
        assert.equal(values.get('lab') ?? FIRST, id);
        assert.equal(
          await page.evaluate(() => getComputedStyle(document.body).backgroundColor),
          'rgb(21, 23, 26)',
        );
        assert.deepEqual(errors, []);
      } finally {
        await context.close();
      }
    });

    test('for every reader: names, contrast, width, keys', link(`${small}&nosuch=1`), QUIET, async (lab) => {
      const { page } = lab;
      const fits = async (what) => {
        for (const width of [320, 390]) {
          await page.setViewportSize({ width, height: 844 });
          await lab.drawn();
          assert.equal(await lab.overflow(), 0, `${what}, at ${width} px`);
        }
        await page.setViewportSize(DESK);
        await lab.drawn();
        await lab.fits(what);
      };
      await lab.answered();
      await fits('ready');
      await lab.train();
      await lab.openFile('none.safetensors', Buffer.from('none'));
      await page.locator('[data-testid=file-status] .wrong').waitFor();
      await lab.state('finished');
      // Every part is brought into view until it has its answers.
      for (const part of await page.locator('#lab [data-part] h2').all()) {
        await part.scrollIntoViewIfNeeded();
        await lab.answered();
        const box = await page.locator('nav.contents').boundingBox();
        assert.ok(box.y >= 0 && box.y + box.height <= DESK.height, `the line of parts stands at ${box.y}`);
      }
      await lab.openAll();
      await fits('finished, everything open');
      assert.deepEqual(await unreached(page), []);
      await lab.press('open-shortcuts');
      assert.equal(await lab.axe({ within: '#shortcuts' }), '', 'the sheet of shortcuts');
      if (skipped.includes('weights')) return;
      await lab.kept();
      await page.reload();
      await lab.state('ready');
      await page.getByTestId('offer-go-on').waitFor();
      assert.equal(await lab.axe({ within: '[data-testid=offer]' }), '', 'a run is offered');
    });

    it('what it skips is what it declares', (context) => {
      context.diagnostic(`skipped: ${skips.join(', ') || 'nothing'}`);
      assert.deepEqual(skips.toSorted(), skipped);
    });
  });
}
