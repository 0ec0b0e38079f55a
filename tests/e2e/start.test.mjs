// What the page says where it cannot start: in a tab and in a frame, exactly, in sight, and for good.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { contextOf, DIST, launch, serve, until } from './lab.mjs';

/** What the server adds to a file, by its name; null for one that is gone. */
let rules = () => ({});
let server;
let browser;

before(async () => {
  server = await serve((file) => rules(file));
  browser = await launch({ webgpu: false });
});

after(async () => {
  await browser?.close();
  server?.close();
});

const LINK = '#lab=copy&executor=cpu';
/** A tab and a frame, under an address. */
const pages = (address, link = LINK) => ['index.html', 'embed.html'].map((name) => address + name + link);

/** Opens addresses, side by side, under these rules. */
async function opened(addresses, given, body, own = browser) {
  rules = given;
  const one = async (address) => {
    const context = await contextOf(own);
    try {
      const page = await context.newPage();
      await page.goto(address);
      await body(page);
    } finally {
      await context.close();
    }
  };
  try {
    await Promise.all(addresses.map(one));
  } finally {
    rules = () => ({});
  }
}

/** The words stand there to be seen, and nothing says any more that it is starting. */
async function says(page, words) {
  await page.locator('#place p', { hasText: words }).first().waitFor();
  assert.doesNotMatch(await page.locator('#place').innerText(), /Starting|loads when/);
  assert.equal(await page.locator('#lab').count(), 0);
}

/** In a tab and in a frame. */
const both = (title, given, words) =>
  it(title, async () => {
    await opened(pages(server.address), given, (page) => says(page, words));
  });

const scripts = (headers) => (file) => (file.endsWith('.js') ? headers : {});
const policy = (text) => ({ 'content-security-policy': text });
const STRICT =
  "default-src 'none'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; script-src 'self'";

describe('where no script of the page runs', () => {
  it('it says that it was opened as a file, with a lab in the address or without', async () => {
    const folder = pathToFileURL(DIST).href.replace(/\/?$/, '/');
    await opened(
      [...pages(folder), `${folder}index.html`],
      () => ({}),
      (page) => says(page, 'opened as a file'),
    );
  });

  both(
    'it names the type that the server gives to scripts',
    scripts({ 'content-type': 'text/plain' }),
    'as “text/plain”',
  );

  both(
    'and where not even the smallest script runs, the words of the page itself come into sight',
    scripts({ 'content-type': 'text/plain', 'x-content-type-options': 'nosniff' }),
    'should have started by now',
  );

  both(
    'a script that is gone may have a newer version',
    (file) => (/^(index|page|embed)-.*\.js$/.test(file) ? null : {}),
    'newer version',
  );

  it('a frame says what its sandbox lacks, also where its scripts are let in', async () => {
    for (const headers of [{}, { 'access-control-allow-origin': '*' }])
      await opened(
        [`${server.address}examples.html`],
        () => headers,
        async (page) => {
          await page.evaluate((src) => {
            const frame = document.createElement('iframe');
            Object.assign(frame, { src, id: 'boxed', sandbox: 'allow-scripts' });
            document.body.prepend(frame);
          }, `${server.address}embed.html${LINK}`);
          const frame = await (await page.locator('#boxed').elementHandle()).contentFrame();
          await says(frame, 'allow-same-origin');
        },
      );
  });
});

describe('where the engine does not start', () => {
  for (const [title, flag, words] of [
    ['no WebAssembly', '--jitless', 'no WebAssembly'],
    ['no SIMD', '--no-enable-ssse3 --no-enable-sse4-1 --no-enable-avx', 'no SIMD'],
  ])
    it(title, async () => {
      const own = await launch({ webgpu: false, flags: [`--js-flags=${flag}`] });
      try {
        await opened(
          pages(server.address, `${LINK}&hide=run`),
          () => ({}),
          (page) => says(page, words),
          own,
        );
      } finally {
        await own.close();
      }
    });

  both('a policy without wasm-unsafe-eval', () => policy(STRICT), "'wasm-unsafe-eval'");

  both('a worker that is gone', (file) => (file.startsWith('worker-') ? null : {}), 'newer version');

  both('a module that is gone', (file) => (file.endsWith('.wasm') ? null : {}), 'newer version');

  both('a lab that is gone', (file) => (/^app-.*\.js$/.test(file) ? null : {}), 'newer version');
});

describe('where it does start', () => {
  it('only the worker needs the policy that docs/embed.md names; nothing is left of the words', async () => {
    const own = (file) => policy(file.startsWith('worker-') ? `${STRICT} 'wasm-unsafe-eval'` : STRICT);
    await opened(pages(server.address), own, async (page) => {
      await page.waitForSelector('#lab[data-state=ready]');
      assert.equal(await page.locator('.stuck, .boot').count(), 0);
    });
  });

  it('what is set before the engine is there is what is trained', async () => {
    const context = await contextOf(browser);
    try {
      const page = await context.newPage();
      let arrive;
      const held = new Promise((resolve) => (arrive = resolve));
      await page.route('**/*.wasm', async (route) => {
        await held;
        await route.continue();
      });
      await page.goto(`${server.address}#lab=copy&executor=cpu&encodings=none&seeds=1&steps=9`);
      const state = (wanted) => page.waitForSelector(`#lab[data-state=${wanted}]`);
      await page.getByTestId('train').click();
      await state('compiling');
      await page.getByRole('button', { name: 'Cancel' }).click();
      await state('starting');
      await page.locator('#set-steps').fill('7');
      await page.locator('#set-steps').press('Tab');
      assert.equal(await page.locator('#set-steps').inputValue(), '7');
      await page.getByTestId('train').click();
      await state('compiling');
      arrive();
      await page.waitForSelector('#lab[data-state=finished][data-step="7"]');
      assert.match(page.url(), /#lab=copy&encodings=none&seeds=1&steps=7&executor=cpu$/);
    } finally {
      await context.close();
    }
  });

  it('what is gone later, when it is needed, is said above the lab, which stays', async () => {
    await opened(
      [`${server.address}#lab=sequence`],
      (file) => (/^plot-.*\.js$/.test(file) ? null : {}),
      async (page) => {
        await page.waitForSelector('#lab[data-state=ready]');
        const through = () =>
          page.evaluate(async () => {
            for (const fold of document.querySelectorAll('#lab details')) fold.open = true;
            for (const heading of document.querySelectorAll('#lab h2')) {
              heading.scrollIntoView();
              for (let i = 0; i < 3; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
            }
            return document.querySelectorAll('#gone').length;
          });
        await until(through, (count) => count === 1);
        await page.locator('#gone', { hasText: 'newer version' }).waitFor();
        assert.equal(await page.locator('#lab').count(), 1);
        // Another lab, whose code is still there, can be gone to.
        await page.locator('nav a[data-lab=copy]').click();
        await page.waitForSelector('#lab[data-lab=copy][data-state=ready]');
      },
    );
  });
});
