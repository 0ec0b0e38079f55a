// Serves dist/ from a sub-path, starts the browser, and reads what the page says.

import assert from 'node:assert/strict';
import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { basename, extname, join, normalize } from 'node:path';
import { after, before, test } from 'node:test';
import { setInterval as every } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { axe } from './axe.mjs';
import { parseCsv } from './files.mjs';

const require = createRequire(new URL('../../www/package.json', import.meta.url));
const { chromium } = require('playwright-core');

export const DIST =
  process.env.MNEMOSCOPE_DIST ?? process.env.DIST ?? fileURLToPath(new URL('../../dist/', import.meta.url));
const SUB_PATH = '/course/lab/';
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
};
/** Whoever waits longer waits in vain, and a test that takes longer hangs, also on a machine with much else to do. */
const PATIENCE = 120_000;
const LIMIT = 900_000;
const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * A plain static server: nothing outside the sub-path, and no special headers unless some are given, for all files or by a
 * function of a file's name, which gives null for one that is not to be there.
 */
export async function serve(headers = {}) {
  if (!existsSync(join(DIST, 'index.html'))) throw new Error(`no built page in ${DIST}: run the build first`);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const inside = pathname.startsWith(SUB_PATH) ? normalize(pathname.slice(SUB_PATH.length)) : '..';
    const file = join(DIST, inside === '.' || inside === '' ? 'index.html' : inside);
    const own = typeof headers === 'function' ? headers(basename(file)) : headers;
    if (inside.startsWith('..') || !existsSync(file) || own === null) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      ...own,
    });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}${SUB_PATH}`,
    close: () => server.close(),
  };
}

export function launch({ webgpu, flags = [] }) {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  // Of a whole browser this is the mode that its readers have; its headless shell has no other.
  const mode = executablePath.includes('headless-shell') ? [] : ['--headless=new'];
  return chromium.launch({
    executablePath,
    args: [...mode, ...FLAGS, ...flags, ...(webgpu ? ['--enable-unsafe-webgpu'] : [])],
  });
}

/** A context of a browser, whose pages are waited for as long as anything here. */
export async function contextOf(browser, options = {}) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE);
  return context;
}

/** Reads until what is read holds: a page under load draws when it can. */
export async function until(read, holds, timeout = PATIENCE) {
  const end = Date.now() + timeout;
  let found = await read();
  if (holds(found)) return found;
  for await (const _ of every(10)) {
    found = await read();
    if (holds(found)) return found;
    assert.ok(Date.now() < end, `still ${JSON.stringify(found)}`);
  }
}

/**
 * What a button saves: the file's name and bytes. The keyboard presses it, for a figure that is still being drawn may push
 * it away under the pointer. Of many files in a row Chromium holds back every eleventh that the page gives it, unasked and
 * unsaid; then the button is pressed again.
 */
export async function savedBy(page, button) {
  const given = () => page.evaluate(() => globalThis.given);
  const arrived = [];
  const note = (download) => arrived.push(download);
  page.on('download', note);
  try {
    while (!arrived.length) {
      const before = await given();
      await button.press('Enter');
      await until(given, (count) => count > before);
      await until(
        () => arrived.length,
        (count) => count > 0,
        5000,
      ).catch(() => {});
    }
  } finally {
    page.off('download', note);
  }
  const [download] = arrived;
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** In the page: counts the files that it gives to the browser, and notes a click that did not come up where it went down. */
function watch() {
  globalThis.given = 0;
  const { click } = HTMLElement.prototype;
  HTMLElement.prototype.click = function () {
    click.call(this);
    if (this.download) globalThis.given += 1;
  };
  const control = 'a, button, input, label, select, summary, textarea, [role], [tabindex]';
  let down = null;
  globalThis.swallowed = false;
  addEventListener('pointerdown', ({ target }) => (down = target.closest?.(control) ?? null), true);
  addEventListener(
    'click',
    ({ target }) => (globalThis.swallowed = down !== null && target !== down && target.contains(down)),
    true,
  );
}

/** Clicks of every test are made again where a moving layout swallowed them, as a reader would. */
function clickAgain(page) {
  const locators = Object.getPrototypeOf(page.locator('body'));
  if (locators.again) return;
  const { click } = locators;
  locators.again = true;
  locators.click = async function (options) {
    await click.call(this, options);
    // A page that the click has led away from does not answer.
    const swallowed = await this.page()
      .evaluate(() => {
        const { swallowed } = globalThis;
        globalThis.swallowed = false;
        return swallowed;
      })
      .catch(() => false);
    if (swallowed) await click.call(this, options);
  };
}

/** The context of a phone. */
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** What a first visit leaves folded. Tests look into it, unless they are of a first visit. */
const FOLDS = [
  ...['measures', 'phase', 'lemma', 'logit', 'slice', 'spectrum', 'making', 'operations', 'spikes', 'ball'],
  ...['matrices', 'cost', 'device', 'heads', 'coefficients', 'samples', 'integral', 'block', 'own', 'span'],
].join();

/** One page, in a context of its own. */
export class Lab {
  errors = [];

  static async open(browser, address, link = '', { folded = false, ...options } = {}) {
    const lab = new Lab();
    lab.context = await contextOf(browser, { viewport: { width: 1280, height: 860 }, ...options });
    await lab.context.addInitScript(watch);
    if (!folded)
      await lab.context.addInitScript((folds) => (localStorage['mnemoscope.folds'] ??= folds), FOLDS);
    lab.page = await lab.context.newPage();
    clickAgain(lab.page);
    lab.page.on('console', (message) => message.type() === 'error' && lab.errors.push(message.text()));
    lab.page.on('pageerror', (error) => lab.errors.push(error.message));
    lab.page.on('response', (response) => response.status() >= 400 && lab.errors.push(response.url()));
    // Without a lab in the address the page begins with the story.
    await lab.page.goto(address + (link || '#lab=copy'));
    await lab.state('ready');
    return lab;
  }

  /** Waits for a state, and fails at once if the page meets an error instead. */
  async state(wanted, timeout = PATIENCE) {
    // One look: between two the page may go on.
    const found = await this.page.waitForFunction(
      (states) => states.find((state) => document.querySelector(`#lab[data-state="${state}"]`)),
      [wanted, 'error'],
      { timeout },
    );
    const now = await found.jsonValue();
    if (now !== wanted) throw new Error(`wanted ${wanted}, found ${now}: ${await this.text('status')}`);
  }

  async stepAtLeast(step, timeout = PATIENCE) {
    await this.page.waitForFunction(
      (least) =>
        Number(document.querySelector('#lab').dataset.step) >= least ||
        document.querySelector('#lab').dataset.state === 'error',
      step,
      { timeout },
    );
    if ((await this.data('state')) === 'error') throw new Error(await this.text('status'));
  }

  data(name) {
    return this.page.locator('#lab').getAttribute(`data-${name}`);
  }

  async step() {
    return Number(await this.data('step'));
  }

  text(testId) {
    return this.page.getByTestId(testId).innerText();
  }

  press(testId) {
    return this.page.getByTestId(testId).click();
  }

  /** The address, which follows the settings with a short delay, once it has all that has been set. */
  async hash() {
    await this.caughtUp();
    await this.page.waitForFunction(() => {
      const lab = document.querySelector('#lab');
      return lab.hasAttribute('embedded') || new URL(lab.fragment, location.href).hash === location.hash;
    });
    return this.page.evaluate(() => location.hash);
  }

  /** Asks the worker what nobody can answer: once it says so, it has done all that it was asked before. */
  async caughtUp() {
    const { code } = await this.ask('nothing');
    assert.equal(code, 'config');
  }

  /** Calls the page's client; a refusal comes back as its code and message. */
  client(method, ...args) {
    return this.page.evaluate(
      async ([name, given]) => {
        try {
          return await document.querySelector('#lab').client[name](...given);
        } catch ({ code, message }) {
          return { code, message };
        }
      },
      [method, args],
    );
  }

  /** What the lab answers, or how it refuses. */
  ask(name, args = {}) {
    return this.client('ask', name, args);
  }

  /** Goes to another lab as a reader does. */
  async go(id) {
    await this.page.locator(`nav a[data-lab=${id}]`).click();
    await this.page.waitForSelector(`#lab[data-lab=${id}]:not([data-state=starting])`);
  }

  /** Sets a setting in the panel of all settings. */
  async set(name, value) {
    const field = this.page.locator(`#set-${name}`);
    // Groups of settings may be closed.
    await field.evaluate((element) => element.closest('details')?.setAttribute('open', ''));
    if ((await field.evaluate((element) => element.tagName)) === 'SELECT') await field.selectOption(value);
    else {
      await field.fill(value);
      await field.blur();
    }
    await this.settled(name, value);
  }

  /** Writes into a field and leaves it. */
  async fill(id, text) {
    const field = this.page.locator(`#${id}`);
    await field.fill(text);
    await field.blur();
  }

  /** Trains to the end; an earlier run may be at its end until this one begins. */
  async train() {
    await this.page.evaluate(() => {
      globalThis.ended = false;
      document.querySelector('#lab').client.listen(({ type, activity }) => {
        if (type === 'failed' || activity === 'finished') globalThis.ended = true;
      });
    });
    await this.press('train');
    await this.page.waitForFunction(() => globalThis.ended, undefined, { timeout: 3 * PATIENCE });
    await this.state('finished');
  }

  /** Waits until the worker has taken a value of a setting. */
  async settled(name, value) {
    await this.page.waitForFunction(
      ([key, wanted]) => document.querySelector('#lab').client.settled?.values[key] === wanted,
      [name, value],
    );
  }

  /** Presses Train, and gives the run up as soon as the page says that it is being prepared. */
  async giveUp() {
    await this.page.evaluate(
      () =>
        new Promise((resolve) => {
          const lab = document.querySelector('#lab');
          const observer = new MutationObserver(() => {
            if (lab.dataset.state !== 'compiling') return;
            observer.disconnect();
            document.querySelector('#pause').click();
            resolve();
          });
          observer.observe(lab, { attributeFilter: ['data-state'] });
          document.querySelector('#train').click();
        }),
    );
    await this.page.getByText('Preparing was given up').first().waitFor();
  }

  /** Waits until what is in view is drawn: that it is, is noted in one frame, and drawn in another. */
  drawn() {
    return this.page.evaluate(async () => {
      for (let i = 0; i < 5; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
    });
  }

  /** Waits until every part that has come into view has its answers, and has drawn them. */
  async answered() {
    await this.drawn();
    await this.page.waitForFunction(() => !document.querySelector('[data-state=asking]'));
    await this.drawn();
  }

  /** Every control's value, by name. */
  settings() {
    return this.page.evaluate(() => {
      const values = {};
      for (const field of document.querySelectorAll('.settings [name]')) {
        const box = field.type === 'checkbox';
        const key = box && field.value !== 'on' ? `${field.name}=${field.value}` : field.name;
        values[key] = box ? field.checked : field.value;
      }
      return values;
    });
  }

  /** The link that the page copies. */
  async copiedLink() {
    await this.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await this.press('copy-link');
    await this.page.locator('[data-testid=copied]', { hasText: 'copied' }).waitFor();
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** What a button saves: the file's name and bytes. */
  async download(testId) {
    const button = this.page.getByTestId(testId);
    await button.scrollIntoViewIfNeeded();
    return savedBy(this.page, button);
  }

  /** A CSV that a button saves, as rows of text by column, read by a parser that is not ours. */
  async csv(testId = 'csv') {
    return parseCsv((await this.download(testId)).bytes, { columns: true });
  }

  async json(testId = 'json') {
    return JSON.parse((await this.download(testId)).bytes.toString('utf8'));
  }

  /** Opens a file by the file picker of the keep panel. */
  async openFile(name, bytes) {
    const buffer = Buffer.from(bytes);
    await this.page
      .getByTestId('open-file')
      .setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
  }

  /** Waits until the run is kept for the next visit, at the step that is on show. */
  async kept() {
    await this.page.waitForFunction(() => {
      const { kept, step } = document.querySelector('#lab').dataset;
      return kept !== '' && kept === step;
    });
  }

  /** Runs a function in the engine's worker. */
  inWorker(work, argument) {
    const [worker] = this.page.workers();
    return worker.evaluate(work, argument);
  }

  /** The parts on show, in their order. */
  parts() {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('#lab [data-part]')].map(({ dataset }) => dataset.part),
    );
  }

  /** Opens all that can be opened. */
  async openAll() {
    await this.page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
    });
    await this.drawn();
  }

  /** By how many pixels the page is too wide. */
  overflow() {
    return this.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
  }

  axe(options = {}) {
    return axe(this.page, options);
  }

  /** As it is now it sticks out nowhere, and axe finds nothing in it, by dark and by light, which differ in contrast alone. */
  async fits(what = '') {
    assert.equal(await this.overflow(), 0, `${what}: pixels too wide`);
    for (const [colorScheme, rules] of [
      ['dark', ['color-contrast']],
      ['light', null],
    ]) {
      await this.page.emulateMedia({ colorScheme });
      await this.drawn();
      assert.equal(await this.axe({ rules }), '', `${what}, ${colorScheme}`);
    }
  }

  close() {
    return this.context.close();
  }
}

/**
 * One server and one browser for all tests of a file. Gives them, and `withLab`, which opens the page, runs a body, always
 * closes the page again, and unless told otherwise wants its console free of errors; and `test`, a test of one such page.
 * Settings are laid over those of `link`, if they are no link of their own; `options` are those of the browser's context.
 */
export function labs({ webgpu = true, spotless = true, link = '', options = {}, headers = {} } = {}) {
  const addressOf = (settings) => {
    if (typeof settings === 'string' && (settings.includes('#') || !link)) return settings;
    const all = new URLSearchParams(link.slice(1));
    for (const [name, value] of new URLSearchParams(settings)) all.set(name, value);
    return `#${all}`;
  };
  const shared = {
    server: undefined,
    browser: undefined,
    async withLab(...given) {
      const body = given.pop();
      const [settings = '', other = options] = given;
      const lab = await Lab.open(shared.browser, shared.server.address, addressOf(settings), other);
      try {
        await body(lab);
        if (spotless) assert.deepEqual(lab.errors, []);
      } finally {
        await lab.close();
      }
    },
    test(title, ...given) {
      return test(title, { timeout: LIMIT }, () => shared.withLab(...given));
    },
  };
  before(async () => {
    shared.server = await serve(headers);
    shared.browser = await launch({ webgpu });
  });
  after(async () => {
    await shared.browser?.close();
    shared.server?.close();
  });
  return shared;
}
