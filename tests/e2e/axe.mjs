// What axe, a library, finds that keeps readers out.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../www/package.json', import.meta.url));
const axePath = require.resolve('axe-core/axe.min.js');

/** What axe finds wrong in a page or frame, or in one element of it, by all of its rules or by these, in words. */
export async function axe(target, { within = null, rules = null } = {}) {
  if (!(await target.evaluate(() => 'axe' in globalThis)))
    await target.evaluate(await readFile(axePath, 'utf8'));
  const found = await target.evaluate(
    async ([selector, runOnly]) => {
      const place = selector === null ? document : document.querySelector(selector);
      const options = { iframes: false, resultTypes: ['violations'], ...(runOnly ? { runOnly } : {}) };
      return (await globalThis.axe.run(place, options)).violations;
    },
    [within, rules],
  );
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`).join('\n');
}
