// What an element shows of a lab and what it takes for settings, its colours, and pages that are cross-origin isolated.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from './lab.mjs';
import { labIn, notes, sent, server, SMALL, state, withNotes } from './notes.mjs';

describe('what stands in it', () => {
  test('one figure alone; a name that nobody has is told, and leaves the others as they are', async () => {
    const one = (names) =>
      `<mnemoscope-lab lab="encodings" length="16" width="16" ${names}></mnemoscope-lab>`;
    await withNotes(one('only="picture-left"'), async ({ page }) => {
      const frame = await labIn(page);
      await frame.locator('[data-testid=picture-left] canvas').waitFor();
      const shown = () =>
        frame.evaluate(() =>
          [...document.querySelectorAll('#lab :is(h1, h2, h3, input, select, lab-figure), h1')]
            .filter((element) => element.checkVisibility() && !element.classList.contains('sr'))
            .map(({ tagName, dataset }) => dataset.testid ?? tagName),
        );
      await until(shown, (found) => found.join() === 'picture-left');
      await page
        .locator('mnemoscope-lab')
        .evaluate((element) => element.setAttribute('only', 'slice banana'));
      await until(shown, (found) => found.includes('figure-slice') && !found.includes('picture-left'));
      const told = await frame.getByTestId('problems').innerText();
      assert.match(told, /banana.*left out/s);
      await page.locator('mnemoscope-lab').evaluate((element) => {
        element.removeAttribute('only');
        element.setAttribute('hide', 'slice, kiwi, settings');
      });
      await until(shown, (found) => found.includes('picture-left') && !found.includes('figure-slice'));
      assert.match(await frame.getByTestId('problems').innerText(), /kiwi.*left out/s);
      assert.equal(await frame.locator('#settings').count(), 0);
    });
  });

  test('only what a setting can be is one; links show what the page shows', async () => {
    const labs = { length: 4, text: 'C#4 D#4 C#4 D#4' };
    await withNotes(
      `<mnemoscope-lab id="a" lab="copy" _ngcontent-abc-c12 ng-version="17" v-cloak loading="lazy" width="100%"
         frameborder="0" steps="77"></mnemoscope-lab>
       <mnemoscope-lab id="b" link="#lab=sequence&amp;sequence=${labs.text}&amp;cue=C#4"></mnemoscope-lab>
       <mnemoscope-lab id="c" link="lab=sequence&amp;amp;sequence=${labs.text}&amp;amp;cue=C#4"></mnemoscope-lab>
       <mnemoscope-lab id="d" link="${server.address}#lab=sequence&amp;sequence=${labs.text}&amp;cue=C#4"></mnemoscope-lab>`,
      async ({ page }) => {
        const settings = (id) =>
          page.locator(id).evaluate((element) => {
            const { src } = element.shadowRoot.querySelector('iframe');
            return Object.fromEntries(new URLSearchParams(new URL(src).hash.slice(1)));
          });
        await page.waitForFunction(() => document.querySelector('#d')?.shadowRoot);
        assert.deepEqual(await settings('#a'), { lab: 'copy', steps: '77' });
        for (const id of ['#b', '#c', '#d'])
          assert.deepEqual(await settings(id), { lab: 'sequence', sequence: labs.text, cue: 'C#4' });
        const frame = await labIn(page, '#a');
        await state(frame, 'ready');
        assert.equal(await frame.getByTestId('problems').innerText(), '');
      },
    );
  });

  test('another theme repaints what is drawn; without one it is the reader’s again', async () => {
    await withNotes(
      `<mnemoscope-lab ${SMALL} theme="light" only="figure-loss" autostart></mnemoscope-lab>`,
      async ({ page }) => {
        const frame = await labIn(page);
        await state(frame, 'finished');
        /** How light its grid is, from 0 to 255: the middle one of all greys that are not transparent. */
        const grid = () =>
          frame.evaluate(() => {
            const canvas = document.querySelector('lab-figure canvas');
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            const greys = [];
            for (let i = 0; i < data.length; i += 4) {
              const [red, green, blue, alpha] = data.subarray(i, i + 4);
              if (alpha > 200 && Math.max(red, green, blue) - Math.min(red, green, blue) < 30) greys.push(green);
            }
            return greys.sort((a, b) => a - b)[greys.length >> 1] ?? null;
          });
        const isLight = () => until(grid, (grey) => grey !== null && grey > 128);
        const isDark = () => until(grid, (grey) => grey !== null && grey < 128);
        const paper = () => frame.evaluate(() => getComputedStyle(document.body).backgroundColor);
        const set = (theme) =>
          page.locator('mnemoscope-lab').evaluate((element, value) => {
            if (value === null) element.removeAttribute('theme');
            else element.setAttribute('theme', value);
          }, theme);
        await isLight();
        assert.equal(await paper(), 'rgb(250, 249, 246)');
        await set('dark');
        await isDark();
        assert.equal(await paper(), 'rgb(21, 23, 26)');
        await set('light');
        await isLight();
        assert.equal(await paper(), 'rgb(250, 249, 246)');
        await set(null);
        await isDark();
        assert.equal(await paper(), 'rgb(21, 23, 26)', 'the reader has a dark scheme');
      },
      { colorScheme: 'dark' },
    );
  });
});

describe('in a page that is cross-origin isolated', () => {
  const isolated = {
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-opener-policy': 'same-origin',
  };
  const vouched = {
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-resource-policy': 'cross-origin',
  };
  /** As in a browser that has no frames without credentials. */
  const without = () => delete HTMLIFrameElement.prototype.credentialless;

  const within = async (headers, body, prepare = () => {}) => {
    sent.headers = headers;
    Object.assign(notes.extra, { headers: isolated, script: 'crossorigin' });
    try {
      await withNotes('', async ({ page }) => {
        await page.addInitScript(prepare);
        notes.show(`<mnemoscope-lab ${SMALL}></mnemoscope-lab>`);
        await page.reload();
        assert.equal(await page.evaluate(() => crossOriginIsolated), true);
        await body(page);
      });
    } finally {
      sent.headers = {};
      Object.assign(notes.extra, { headers: {}, script: '' });
    }
  };

  test('it trains in a frame without credentials, and its host sends nothing but leave to load the script', async () => {
    await within({ 'access-control-allow-origin': '*' }, async (page) => {
      const frame = await labIn(page);
      await state(frame, 'ready');
      await frame.locator('#train').click();
      await state(frame, 'finished');
      assert.equal(await page.locator('mnemoscope-lab p').count(), 0);
    });
  });

  test('a browser without such frames needs two headers of the host, and the element names them', async () => {
    await within(
      { 'access-control-allow-origin': '*' },
      async (page) => {
        const words = await page.locator('mnemoscope-lab p').innerText();
        assert.match(
          words,
          /Cross-Origin-Embedder-Policy: require-corp.*Cross-Origin-Resource-Policy: cross-origin/s,
        );
      },
      without,
    );
    await within(
      { 'access-control-allow-origin': '*', ...vouched },
      async (page) => {
        await state(await labIn(page), 'ready');
        assert.equal(await page.locator('mnemoscope-lab p').count(), 0);
      },
      without,
    );
  });
});
