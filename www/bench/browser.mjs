// The browser, the server of the repository, and pages that may be slow, hang or fail.

import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { cpus, loadavg, platform, release, totalmem } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const { chromium } = createRequire(join(ROOT, 'www/package.json'))('playwright-core');

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
};
const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
/** A browser that uses less than this share of a core does not compute. */
const QUIET = 0.25;
const GLANCE_MS = 200;

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What took longer than it may. */
export class TooSlow extends Error {}

/** `promise`, or TooSlow after `ms`. */
export async function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    const error = new TooSlow(`${what} took longer than ${Math.round(ms / 1000)} s`);
    timer = setTimeout(() => reject(error), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
    // If it was late, nobody is left to hear how it ends.
    promise.catch(() => {});
  }
}

/** A line that all requests share: of each second so many bytes, and every answer comes so much later. */
export const LINE = { bytesPerMs: 1250, latencyMs: 40 };
const PIECE = 4096;
let lineFree = 0;
const packed = new Map();

/** As a host of static files sends it, with gzip, over that line. */
async function sendSlowly(file, response) {
  const bytes = packed.get(file) ?? gzipSync(readFileSync(file), { level: 9 });
  packed.set(file, bytes);
  await sleep(LINE.latencyMs);
  for (let at = 0; at < bytes.length; at += PIECE) {
    const piece = bytes.subarray(at, at + PIECE);
    lineFree = Math.max(lineFree, performance.now()) + piece.length / LINE.bytesPerMs;
    await sleep(lineFree - performance.now());
    response.write(piece);
  }
  response.end();
}

/** Serves the repository; the same files under /isolated/ with the headers for threads, and under /slow/ over a slow line. */
export async function serve() {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const isolated = pathname.startsWith('/isolated/');
    const slow = pathname.startsWith('/slow/');
    const file = join(ROOT, isolated || slow ? pathname.replace(/^\/\w+/, '') : pathname);
    if (!file.startsWith(ROOT) || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, {
      'content-type': type,
      ...(isolated ? ISOLATED : {}),
      ...(slow ? { 'content-encoding': 'gzip' } : {}),
    });
    if (slow) void sendSlowly(file, response);
    else createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

/** Seconds that all cores have been busy since the machine started. */
function busySeconds() {
  const busy = cpus().map(({ times }) => times.user + times.nice + times.sys + times.irq);
  return busy.reduce((sum, ms) => sum + ms, 0) / 1000;
}

export class Browser {
  static async launch() {
    const self = new Browser();
    // Before there is a browser, whatever is busy is somebody else.
    const [busy, start] = [busySeconds(), performance.now()];
    await sleep(1000);
    self.othersAtStart = ((busySeconds() - busy) * 1000) / (performance.now() - start);
    self.inner = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: FLAGS,
      // The runner closes the browser itself, and then still tells what it has.
      handleSIGINT: false,
      handleSIGTERM: false,
    });
    self.session = await self.inner.newBrowserCDPSession();
    self.began = { busy: busySeconds(), at: performance.now() };
    return self;
  }

  get machine() {
    const cores = cpus();
    return {
      system: `${platform()} ${release()}`,
      processor: cores[0]?.model ?? 'unknown',
      cores: cores.length,
      memoryGib: Math.round(totalmem() / 2 ** 30),
      chromium: this.inner.version(),
      node: process.version,
      loadAverage: loadavg(),
    };
  }

  /** What the browser says of its WebGPU adapter. */
  async adapter(address) {
    const page = await this.open(`${address}www/bench/index.html`);
    try {
      const asked = page.evaluate(async () => {
        const adapter = await navigator.gpu?.requestAdapter();
        if (!adapter) return null;
        const { vendor, architecture, device, description } = adapter.info;
        return { vendor, architecture, device, description, features: [...adapter.features] };
      });
      const info = await within(30_000, 'asking for an adapter', asked);
      if (!info) return { adapter: 'none' };
      const { vendor, architecture, device, description } = info;
      return {
        adapter: description || [vendor, architecture, device].filter(Boolean).join(' '),
        adapterInfo: info,
      };
    } finally {
      await this.drop(page);
    }
  }

  /** CPU seconds of each of the browser's processes, by process. */
  async #used() {
    const { processInfo } = await this.session.send('SystemInfo.getProcessInfo');
    return new Map(processInfo.map(({ id, cpuTime }) => [id, cpuTime]));
  }

  /**
   * Waits until no page computes any more, so that no contender is timed beside another's leftovers.
   * Gives up after `limit` milliseconds, and says how busy the browser still was, in cores.
   */
  async quiet(limit = 30_000) {
    const start = performance.now();
    for (;;) {
      const [before, from] = [await this.#used(), performance.now()];
      await sleep(GLANCE_MS);
      const after = await this.#used();
      let used = 0;
      for (const [id, seconds] of after) used += seconds - (before.get(id) ?? seconds);
      const cores = (used * 1000) / (performance.now() - from);
      if (cores < QUIET || performance.now() - start > limit) return cores;
    }
  }

  /** A page at `path`, in a context of its own: nothing cached, nothing kept. */
  async open(url, options = {}) {
    const context = await this.inner.newContext(options.context);
    const page = await context.newPage();
    if (options.script) await page.addInitScript(options.script);
    if (options.slower) {
      const session = await context.newCDPSession(page);
      await session.send('Emulation.setCPUThrottlingRate', { rate: options.slower });
    }
    await page.goto(url, { waitUntil: options.waitUntil ?? 'load' });
    return page;
  }

  /** Closes a page, even one that does not answer. */
  async drop(page) {
    await within(10_000, 'closing a page', page.context().close()).catch(() => {});
  }

  close() {
    return within(20_000, 'closing the browser', this.inner.close()).catch(() => {});
  }
}
