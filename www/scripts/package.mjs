// Completes pkg/, as wasm-bindgen left it, into the npm package: the page API with its worker beside the engine's
// module, its types, and a settings type made from the engine's own property table.
//
//   npm run package --prefix www        (after wasm-bindgen and wasm-opt)

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const www = fileURLToPath(new URL('..', import.meta.url));
const pkg = join(www, '../pkg');
const source = join(www, 'src');

// Node takes the module for one only if this says so.
manifest();
const engine = await import(pathToFileURL(join(pkg, 'mnemoscope.js')));
engine.initSync({ module: readFileSync(join(pkg, 'mnemoscope_bg.wasm')) });
const { properties, presets } = engine.describe('copy');
const sequence = engine.describe('sequence');

await bundle();
await types();
readme();

/** Each entry is one file. The engine stays a file of its own, so that the wasm module lies beside it only once. */
async function bundle() {
  const entries = {
    'api.js': 'api.ts',
    'worker.js': 'worker.ts',
    'node.js': 'package/node.ts',
    'node-worker.js': 'package/node-worker.ts',
  };
  for (const [file, entry] of Object.entries(entries)) {
    const build = await rolldown({
      input: join(source, entry),
      // The package has one module, the whole; the page's smaller one stands for a part of it.
      external: (id) => id.endsWith('/mnemoscope.js') || id === '../worker' || id.startsWith('node:'),
      platform: file.startsWith('node') ? 'node' : 'browser',
      tsconfig: false,
    });
    await build.write({
      file: join(pkg, file),
      format: 'es',
      minify: file === 'worker.js' ? 'dce-only' : false,
      paths: (id) =>
        id.endsWith('mnemoscope.js') ? './mnemoscope.js' : id.endsWith('/worker') ? './worker.js' : id,
    });
    await build.close();
  }
}

/** Declarations of what api.ts gives, with the addresses of their imports written out as Node wants them. */
async function types() {
  const made = mkdtempSync(join(tmpdir(), 'mnemoscope-types-'));
  try {
    const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
    const flags = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', made];
    execFileSync(process.execPath, [tsc, '-p', join(www, 'tsconfig.package.json'), ...flags], {
      stdio: 'inherit',
    });
    const declared = [
      settingsType('Settings', 'Settings of a race.', properties),
      settingsType('SequenceSettings', 'Settings of the sequence lab.', sequence.properties),
    ];
    writeFileSync(join(made, 'engine/settings.d.ts'), declared.join('\n'));
    await rm(join(pkg, 'types'), { recursive: true, force: true });
    const wanted = [join(made, 'api.d.ts')];
    for (const file of wanted) {
      const text = readFileSync(file, 'utf8').replace(
        /(from |import\()(['"])(\.[^'"]*)\2/g,
        (_, verb, quote, id) => {
          const next = resolve(dirname(file), `${id}.d.ts`);
          if (!wanted.includes(next)) wanted.push(next);
          return `${verb}${quote}${id}.js${quote}`;
        },
      );
      const target = join(pkg, 'types', relative(made, file));
      await mkdir(dirname(target), { recursive: true });
      writeFileSync(target, text);
    }
  } finally {
    rmSync(made, { recursive: true });
  }
}

function settingsType(type, about, rows) {
  const fields = rows.map((property) => {
    const { name, label, unit, help, kind } = property;
    const lines = [`${label}${unit ? `, in ${unit}` : ''}. ${help}`];
    if (kind.options) lines.push(...kind.options.map(({ value, help: words }) => `- \`${value}\`: ${words}`));
    if (kind.type === 'integer') lines.push(`A whole number from ${kind.min} to ${kind.max}.`);
    if (kind.type === 'number')
      lines.push(`A number from ${kind.min} to ${Number(kind.max.toPrecision(6))}.`);
    if (kind.type === 'text') lines.push(`Text of at most ${kind.most} characters.`);
    lines.push(`@default ${property.default}`);
    // Help texts are ours, but a comment must not end early whatever they say.
    const comment = lines.map((line) => `   * ${line.replaceAll('*/', '* /')}`).join('\n');
    return `  /**\n${comment}\n   */\n  ${name}?: ${typeOf(kind)} | undefined;`;
  });
  return `/** ${about} What is left out has its default. */\nexport interface ${type} {\n${fields.join('\n')}\n}\n`;
}

function typeOf(kind) {
  const union = () => kind.options.map(({ value }) => `'${value}'`).join(' | ');
  switch (kind.type) {
    case 'choice':
      return union();
    case 'many':
      return `readonly (${union()})[]`;
    case 'flag':
      return 'boolean';
    case 'text':
      return 'string';
    case 'integer':
    case 'number':
      return 'number';
    default:
      throw new Error(`no type for a setting of kind ${kind.type}`);
  }
}

function manifest() {
  const crate = readFileSync(join(www, '../Cargo.toml'), 'utf8');
  const of = (field) => new RegExp(`^${field} = "(.*)"$`, 'm').exec(crate)[1];
  const complete = {
    name: of('name'),
    version: of('version'),
    description: of('description'),
    keywords: [
      'transformer',
      'positional-encoding',
      'attention',
      'training',
      'webgpu',
      'webassembly',
      'sparse-distributed-memory',
      'teaching',
    ],
    type: 'module',
    main: './node.js',
    module: './api.js',
    types: './types/api.d.ts',
    exports: {
      '.': { types: './types/api.d.ts', node: './node.js', default: './api.js' },
      './engine': { types: './mnemoscope.d.ts', default: './mnemoscope.js' },
      './engine.wasm': './mnemoscope_bg.wasm',
      './package.json': './package.json',
    },
    files: [
      'api.js',
      'worker.js',
      'node.js',
      'node-worker.js',
      'types',
      'mnemoscope.js',
      'mnemoscope.d.ts',
      'mnemoscope_bg.wasm',
      'mnemoscope_bg.wasm.d.ts',
    ],
    // node.js tells the API where its threads come from; the workers are nothing but effects.
    sideEffects: ['./node.js', './worker.js', './node-worker.js'],
    engines: { node: '>=20' },
  };
  writeFileSync(join(pkg, 'package.json'), `${JSON.stringify(complete, null, 2)}\n`);
}

function readme() {
  const named = (rows) => rows.map(({ name }) => `\`${name}\``).join(', ');
  writeFileSync(
    join(pkg, 'README.md'),
    `# mnemoscope

Trains small sequence models in the browser (WebGPU or WebAssembly) or in Node (WebAssembly), several at a time, and
hands out what happens.

\`\`\`js
import { train } from 'mnemoscope';

const race = train({ encodings: ['rank', 'none'], steps: 300 });
const { measures } = await race.ready;
const loss = measures.filter(({ phase }) => phase === 'evaluation').findIndex(({ id }) => id === 'loss');
for await (const event of race) {
  if (event.type === 'evaluation') console.log(event.step, event.values[loss]); // bits per token, by run
}
const results = await race.finished; // runs, measures, curves, verdicts on the paper's claims, …
const weights = await race.save(); // a safetensors file
\`\`\`

- \`train(settings, { signal, onProgress, keep, module })\` takes settings or a link from the lab, and gives a \`Race\`:
  \`ready\`, \`finished\`, \`step\`, \`activity\`, \`pause()\`, \`resume()\`, \`stop()\`, \`save()\`, \`results()\`, \`inspect()\`,
  \`profile()\`, \`close()\`, and \`for await\`. A setting that is not taken rejects with a \`SettingsError\`, whose
  \`problems\` say which field, what was given, and what is allowed.
- A race says in \`ready\` what it measures: \`measures\`, each with \`id\`, \`label\`, \`unit\`, \`kind\`, \`better\`, \`phase\` and,
  where it has them, \`threshold\` and \`chance\`. An event \`evaluation\` has \`values[measure][run]\` for those of the phase
  evaluation, in that order; an event \`training\` has \`values[measure][run][i]\` for those of the phase training.
- \`open(weights)\` gives a saved race at its step.
- \`settle(settings)\` gives all settings as they would be used; \`describe()\` the table of them.
- \`mnemoscope/engine\` is the bare WebAssembly module.

## The sequence machine

\`\`\`js
import { sequence } from 'mnemoscope';

const machine = await sequence();
await machine.store('7 1 5 1 7 1 5 1'); // once
const { steps, sentence } = await machine.recall('7 1', 6);
machine.close();
\`\`\`

\`sequence(settings)\` opens a machine of the sequence lab, a spiking sparse distributed memory that learns in one
pass: \`store(symbols)\`, \`replay(symbols)\`, \`recall(cue, count)\`, \`stop()\`, \`forget()\`, \`symbols()\`, \`session()\`, \`operations(at)\`,
\`spikes(at)\`, \`ball()\`, \`report()\`, \`change(settings)\`, \`settings\`, \`link\`,
\`close()\`. \`study(settings)\` runs an experiment over many
machines, as a \`Race\` whose results have curves over arms and seeds.

## Settings

Of a race: ${named(properties)}. Presets: ${presets.map(({ id }) => `\`${id}\``).join(', ')}.

Of the sequence lab: ${named(sequence.properties)}. The types say what each may be.

The files \`worker.js\`, \`mnemoscope.js\` and \`mnemoscope_bg.wasm\` must be served beside \`api.js\`, or found by your bundler
through \`new URL(…, import.meta.url)\`.

In Vite 6 and 7 the development server moves packages into one file each, and the worker is then not beside it: write
\`optimizeDeps: { exclude: ['mnemoscope'] }\` into \`vite.config.js\`. Vite 8 needs nothing, and no version does for \`vite build\`.

Where a server sends a Content-Security-Policy, \`worker-src\` of the page has to allow the worker, and the policy that comes with
the worker's script has to have \`script-src 'self' 'wasm-unsafe-eval'\` and \`connect-src 'self'\`.
`,
  );
}
