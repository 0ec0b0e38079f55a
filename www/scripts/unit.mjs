// Tests of the page's pure TypeScript: bundled, since Node does not read it, and run by Node's own runner.
//
//   npm run unit --prefix www

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const www = fileURLToPath(new URL('..', import.meta.url));
const tests = join(www, '../tests/unit');
// Inside www, so that what the tests import is found.
const made = mkdtempSync(join(www, 'node_modules/.unit-'));

try {
  const files = readdirSync(tests).filter((file) => file.endsWith('.test.ts'));
  const build = await rolldown({
    input: files.map((file) => join(tests, file)),
    platform: 'node',
    resolve: { modules: [join(www, 'node_modules')] },
    // A style sheet means nothing here.
    plugins: [
      { name: 'styles', load: (id) => (id.endsWith('.css') ? { code: '', moduleType: 'js' } : null) },
    ],
  });
  await build.write({ dir: made, entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' });
  const bundles = files.map((file) => join(made, file.replace(/\.ts$/, '.mjs')));
  // The channel by which the worker's queue lets messages in would keep Node waiting.
  const { status } = spawnSync(
    process.execPath,
    ['--test', '--test-force-exit', '--test-reporter=spec', ...bundles],
    { stdio: 'inherit' },
  );
  process.exitCode = status ?? 1;
} finally {
  rmSync(made, { recursive: true, force: true });
}
