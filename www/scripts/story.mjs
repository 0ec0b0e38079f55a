// Computes the pictures of the first page: what each lab's `story.html` commands, written into `public/story/`, of the results
// what the picture is drawn from. `node www/scripts/story.mjs PROGRAM [LAB …]`.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { stories } from './heads.mjs';

const folder = new URL('../public/story/', import.meta.url);
const [program, ...wanted] = process.argv.slice(2);
if (!program) throw new Error('which program computes them? node www/scripts/story.mjs PROGRAM [LAB …]');
mkdirSync(folder, { recursive: true });
for (const { id, command, measure } of stories()) {
  if (wanted.length && !wanted.includes(id)) continue;
  const started = Date.now();
  const text = execFileSync(program, [...command.split(' '), '--quiet', '--out', '-'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  const { lab, version, link, check, arms, runs, x, measures, curves } = JSON.parse(text);
  const at = measures.findIndex((one) => one.id === measure);
  if (at < 0)
    throw new Error(
      `${id}: there is no measure ${measure}; there are ${measures.map((m) => m.id).join(', ')}`,
    );
  const told = {
    ...{ lab, version, link, check, command, date: new Date().toISOString().slice(0, 10) },
    ...{ arms, runs: runs.map(({ arm, seed }) => ({ arm, seed })), x },
    measures: [measures[at]],
    curves: curves.map(({ x: place, values }) => ({ x: place, values: [values[at]] })),
  };
  writeFileSync(new URL(`${id}.json`, folder), `${JSON.stringify(told)}\n`);
  console.log(
    `${id}: ${((Date.now() - started) / 1000).toFixed(1)} s, ${curves.length} points, ${runs.length} runs`,
  );
}
