// Someone else's course notes around the lab: another origin, under a policy without inline scripts or styles.

import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { contextOf, launch, serve } from './lab.mjs';

export const SMALL =
  'executor="cpu" encodings="rank,none" seeds="1" steps="40" length="8" symbols="4" width="16" heads="2" layers="1" every="10"';

export let server;
export let notes;
export let browser;
/** What the lab's own server sends beside a file's type. */
export const sent = { headers: {} };

/** Someone else's course notes: any body, under a policy without inline scripts or styles. */
async function serveNotes(lab) {
  /** Headers beside the policy, and what the script tag has beside its address. */
  const extra = { headers: {}, script: '' };
  const origin = new URL(lab).origin;
  const policy = `default-src 'none'; style-src 'self'; script-src ${origin}; frame-src ${origin}`;
  const styles =
    'body{margin:0 1rem;font:1rem serif;background:#fff}.far{height:6000px}iframe{border:9px solid red}';
  let body = '';
  const listener = createServer((request, response) => {
    if (request.url === '/notes.css') {
      response.writeHead(200, { 'content-type': 'text/css' }).end(styles);
      return;
    }
    if (request.url !== '/') {
      response.writeHead(204).end();
      return;
    }
    response
      .writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': policy,
        ...extra.headers,
      })
      .end(
        `<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width">
        <title>Course notes</title><link rel="stylesheet" href="notes.css">
        <script src="${lab}mnemoscope-lab.js" ${extra.script} async></script></head>
        <body><main><h1>Course notes</h1><p>Try it:</p>${body}</main></body></html>`,
      );
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    // Another host name and another port: another origin and another site.
    address: `http://localhost:${listener.address().port}/`,
    extra,
    show: (content) => (body = content),
    close: () => listener.close(),
  };
}

before(async () => {
  server = await serve(() => sent.headers);
  notes = await serveNotes(server.address);
  browser = await launch({ webgpu: false });
});

after(async () => {
  await browser?.close();
  notes?.close();
  server?.close();
});

/** Opens the notes with this in their body. `told` gathers the events that reach the document. */
export async function withNotes(content, body, options = {}) {
  notes.show(typeof content === 'function' ? content() : content);
  const context = await contextOf(browser, { viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const errors = [];
  const requests = [];
  const told = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  try {
    await page.exposeFunction('told', (event) => told.push(event));
    await page.addInitScript(() => {
      for (const name of ['lab-state', 'lab-finished']) {
        document.addEventListener(name, ({ target, detail }) =>
          globalThis.told?.({ name, id: target.id, detail }),
        );
      }
    });
    await page.goto(notes.address);
    await body({ page, context, errors, requests, told });
  } finally {
    await context.close();
  }
}

export const inNotes = (title, content, ...rest) =>
  test(title, () => withNotes(content, rest.pop(), ...rest));

/** The frame's page within an element, once its lab stands. */
export async function labIn(page, selector = 'mnemoscope-lab') {
  const handle = await page.locator(`${selector} iframe`).elementHandle();
  const frame = await handle.contentFrame();
  await frame.waitForSelector('#lab:not([data-state=starting])');
  return frame;
}

export const state = (frame, wanted) => frame.waitForSelector(`#lab[data-state="${wanted}"]`);
