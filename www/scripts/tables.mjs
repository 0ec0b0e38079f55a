// What the engine says of each lab before anything is asked of it, so that controls are live before it is there.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { labIds } from './heads.mjs';

const ALL = '\0virtual:tables';
const ONE = '\0virtual:table/';

/** Settings, presets with their links, parts, and how the settings stand at first: a `Table` of `engine/early.ts`. */
async function table(lab) {
  const pkg = new URL('../../pkg/', import.meta.url);
  const engine = await import(new URL('mnemoscope.js', pkg));
  engine.initSync({ module: readFileSync(fileURLToPath(new URL('mnemoscope_bg.wasm', pkg))) });
  const { properties, presets, parts } = engine.describe(lab);
  const linked = presets.map((preset) => ({
    ...preset,
    link: engine.settle(lab, Object.fromEntries(preset.values)).link,
  }));
  return { properties, presets: linked, parts, settled: engine.settle(lab, {}) };
}

/** A plugin for vite: `virtual:tables` gives the table of a lab, which is in a file of its own. */
export const tables = () => ({
  name: 'tables',
  resolveId: (id) => (id.startsWith('virtual:table') ? `\0${id}` : null),
  async load(id) {
    if (id.startsWith(ONE)) {
      const text = JSON.stringify(JSON.stringify(await table(id.slice(ONE.length))));
      return `export default JSON.parse(${text});`;
    }
    if (id !== ALL) return null;
    const rows = labIds().map((lab) => `${lab}: () => import('virtual:table/${lab}')`);
    return `const all = { ${rows.join(', ')} };\nexport const table = async (lab) => (await all[lab]()).default;`;
  },
});
