// What every lab of the page does, gone through for each: its head, its link, what can be hidden, its keys, presets, run,
// files, its frame in another page, and every reader's way to it. What a lab does not have is skipped, and each-lab.json
// says so; its links are the smallest run, and one whose end no test sees.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { axePath, labs } from './lab.mjs';

const ROOT = new URL('../../', import.meta.url);
const PKG = process.env.PKG ? new URL(`file://${process.env.PKG}/`) : new URL('pkg/', ROOT);
const engine = await import(new URL('mnemoscope.js', PKG));
engine.initSync({ module: readFileSync(new URL('mnemoscope_bg.wasm', PKG)) });

const EACH = JSON.parse(readFileSync(new URL('each-lab.json', import.meta.url)));
const SLOW = 300_000;
const [FIRST] = Object.keys(EACH);

const shared = labs({ webgpu: false, spotless: true });
const { withLab } = shared;

const partsOf = (lab) =>
  lab.page.evaluate(() =>
    [...document.querySelectorAll('#lab [data-part]')].map(({ dataset }) => dataset.part),
  );
const overflow = (lab) =>
  lab.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

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

test('the page leads to every lab of the engine, and every lab is gone through here', async () => {
  await withLab('', async (lab) => {
    const links = await lab.page
      .locator('nav a[data-lab]')
      .evaluateAll((all) => all.map(({ dataset }) => dataset.lab));
    assert.deepEqual(links, Object.keys(EACH));
  });
});

for (const [id, { small, long, skipped }] of Object.entries(EACH)) {
  const { properties, presets, parts, question } = engine.describe(id);
  const link = (settings) => `#lab=${id}&${settings}`;
  const own = parts.filter((part) => part.id !== 'head').map((part) => part.id);
  const skips = [];

  describe(`the ${id} lab`, () => {
    test('its head is there before any script, with its question; once it runs there is one heading', async () => {
      const context = await shared.browser.newContext();
      try {
        const page = await context.newPage();
        await page.route(/\.js$/, (route) => route.abort());
        await page.goto(`${shared.server.address}#lab=${id}`);
        assert.deepEqual(await page.locator('h1:visible').allInnerTexts(), [question]);
      } finally {
        await context.close();
      }
      await withLab(`#lab=${id}`, async ({ page }) => {
        assert.match(await page.title(), / lab · Mnemoscope$/);
        assert.deepEqual(await page.locator('h1').allInnerTexts(), [question]);
        assert.equal(await page.locator('nav [aria-current=page]').getAttribute('data-lab'), id);
        assert.match(await page.locator('.claim').innerText(), /claim under test/);
        assert.ok((await page.locator('.claim a').count()) >= 1, 'with its source');
      });
    });

    test('every setting goes into the link, and comes back from it', async () => {
      const given = new URLSearchParams({ lab: id });
      for (const property of properties) {
        const value = another(property);
        if (value === undefined) continue;
        // One that another setting does not allow is left as it is.
        const tried = engine.fromLink(new URLSearchParams([...given, [property.name, value]]).toString());
        if (tried.problems.length === 0 && tried.values[property.name] === value)
          given.set(property.name, value);
      }
      assert.ok(
        [...given].length > properties.length * 0.6,
        `${[...given].length} of ${properties.length} are changed`,
      );
      const values = (hash) => Object.fromEntries(new URLSearchParams(hash.slice(1)));
      await withLab(`#${given}`, async (lab) => {
        assert.equal(await lab.page.locator('[data-testid=problems] li').count(), 0);
        const hash = await lab.hash();
        assert.deepEqual(values(hash), Object.fromEntries(given));
        const settings = await lab.settings();
        await lab.page.reload();
        await lab.state('ready');
        assert.equal(await lab.hash(), hash);
        assert.deepEqual(await lab.settings(), settings);
      });
    });

    test('what a number cannot be is told by its name, with what is allowed, and nothing else changes', async () => {
      const numbers = properties.filter(({ kind }) => kind.type === 'integer' || kind.type === 'number');
      const wrong = numbers.map(({ name, kind }) => `${name}=${kind.max * 10 + 1}`).join('&');
      await withLab(`#lab=${id}&${wrong}&nosuch=1`, async (lab) => {
        const told = await lab.text('problems');
        for (const { label: name } of numbers) assert.ok(told.includes(name), `${name} in ${told}`);
        assert.match(told, /nosuch.*no such setting/s);
        assert.equal(await lab.hash(), `#lab=${id}`);
      });
    });

    test('every part can be hidden', async () => {
      await withLab(`#lab=${id}`, async (lab) => {
        assert.deepEqual(new Set(await partsOf(lab)), new Set(own));
        const hide = (names) =>
          lab.page.evaluate((hash) => (location.hash = hash), `#lab=${id}&hide=${names}`);
        const left = (wanted) =>
          lab.page.waitForFunction((names) => {
            const there = [...document.querySelectorAll('#lab [data-part]')].map(
              ({ dataset }) => dataset.part,
            );
            return there.length === names.length && names.every((name) => there.includes(name));
          }, wanted);
        for (const part of own) {
          await hide(part);
          await left(own.filter((other) => other !== part));
        }
        await hide(['head', ...own].join(','));
        await left([]);
        await lab.page.locator('h1').waitFor({ state: 'hidden' });
      });
    });

    test('presets set what they say; keys do what their sheet says', async () => {
      await withLab(`#lab=${id}&executor=cpu`, async (lab) => {
        const { page } = lab;
        for (const preset of presets) {
          await page.getByTestId('preset').selectOption(preset.id);
          const wanted = preset.values.map(([name, value]) => [name, String(value)]);
          await page.waitForFunction((values) => {
            const { settled } = document.querySelector('#lab').client;
            return values.every(([name, value]) => settled.values[name] === value);
          }, wanted);
          assert.equal(await page.locator('[data-testid=problems] li').count(), 0, preset.id);
        }
        await page.evaluate(() => document.activeElement.blur());
        await page.keyboard.press('e');
        assert.equal(
          await page.evaluate(() => document.activeElement.closest('[data-part]')?.dataset.part),
          'settings',
        );
        await page.evaluate(() => document.activeElement.blur());
        await page.keyboard.press('?');
        const keys = await page.locator('#shortcuts kbd').allInnerTexts();
        assert.equal(new Set(keys).size, keys.length, 'no key is given twice');
        assert.ok(keys.length >= 8, keys.join());
      });
    });

    test('start, pause, one step, reset; by buttons and by keys', { timeout: SLOW }, async () => {
      await withLab(link(long), async (lab) => {
        await lab.press('train');
        await lab.stepAtLeast(1);
        await lab.press('pause');
        await lab.state('paused');
        const paused = await lab.step();
        await lab.press('step');
        await lab.stepAtLeast(paused + 1);
        await lab.state('paused');
        assert.equal(await lab.step(), paused + 1);
        await lab.page.evaluate(() => document.activeElement.blur());
        await lab.page.keyboard.press('s');
        await lab.stepAtLeast(paused + 2);
        assert.equal(await lab.step(), paused + 2);
        await lab.page.keyboard.press('r');
        await lab.state('ready');
        assert.equal(await lab.step(), 0);
      });
    });

    test(
      'the same link finds the same numbers; its files say so, and its weights are read again',
      { timeout: SLOW },
      async () => {
        const files = [];
        let weights = null;
        for (let i = 0; i < 2; i++) {
          await withLab(link(small), async (lab) => {
            await lab.press('train');
            await lab.state('finished', SLOW);
            const results = JSON.parse((await lab.download('json')).bytes.toString());
            assert.equal(results.lab, id);
            assert.ok(results.link.includes(`lab=${id}`));
            assert.ok(results.verdicts === undefined || Array.isArray(results.verdicts));
            files.push((await lab.download('csv')).bytes.toString());
            if (i === 0 && (await lab.page.getByTestId('weights').count()))
              weights = (await lab.download('weights')).bytes;
          });
        }
        assert.ok(files[0].split('\n').length > 3);
        assert.equal(files[0], files[1]);
        if (!weights) {
          skips.push('weights');
          return;
        }
        await withLab(link(small), async (lab) => {
          await lab.openFile('run.safetensors', weights);
          await lab.page.getByText(/“run.safetensors” is open at step \d+/).waitFor();
        });
      },
    );

    test(
      'in a frame it starts by itself, leaves out what is hidden, and leads back',
      { timeout: SLOW },
      async () => {
        const context = await shared.browser.newContext({ viewport: { width: 800, height: 700 } });
        const errors = [];
        try {
          const page = await context.newPage();
          page.on('pageerror', (error) => errors.push(error.message));
          await page.goto(
            `${shared.server.address}embed.html${link(small)}&autostart=1&theme=dark&hide=keep,settings`,
          );
          await page.waitForSelector(`#lab[data-lab=${id}][data-state=finished]`, { timeout: SLOW });
          assert.equal(await page.locator('h1').count(), 1);
          assert.equal(await page.locator('.question').innerText(), question);
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
      },
    );

    for (const colorScheme of ['light', 'dark']) {
      test(`axe finds nothing, ${colorScheme}`, { timeout: SLOW }, async () => {
        await withLab(
          `${link(small)}&nosuch=1`,
          async (lab) => {
            await lab.page.addScriptTag({ path: axePath });
            await lab.answered();
            assert.equal(await lab.axe(), '', 'ready');
            await lab.press('train');
            await lab.state('finished', SLOW);
            await everything(lab);
            assert.equal(await lab.axe(), '', 'finished, everything open');
          },
          { colorScheme, reducedMotion: 'reduce' },
        );
      });
    }

    test('no sideways scroll at 390 and at 320 px, whatever is open', { timeout: SLOW }, async () => {
      await withLab(
        `${link(small)}&nosuch=1`,
        async (lab) => {
          assert.equal(await overflow(lab), 0, 'ready');
          await lab.press('train');
          await lab.state('finished', SLOW);
          await everything(lab);
          assert.equal(await overflow(lab), 0, 'finished, everything open');
          await lab.page.setViewportSize({ width: 320, height: 700 });
          await lab.drawn();
          assert.equal(await overflow(lab), 0, 'at 320 px');
        },
        { viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' },
      );
    });

    test('what it skips is what it declares', (context) => {
      context.diagnostic(`skipped: ${skips.join(', ') || 'nothing'}`);
      assert.deepEqual(skips, skipped);
    });
  });
}

/** Brings every part into view until it has its answers, and opens all that can be opened. */
async function everything(lab) {
  for (const part of await lab.page.locator('#lab [data-part] h2').all()) {
    await part.scrollIntoViewIfNeeded();
    await lab.answered();
  }
  await lab.page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
  await lab.drawn();
}
