import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LabClient, type WorkerLike } from '../../www/src/engine/client';
import { foreseen, type Table } from '../../www/src/engine/early';
import type { Command, Report } from '../../www/src/engine/protocol';
import type { Property, Settled } from '../../www/src/engine/types';

const property = (name: string, kind: Property['kind'], value: string): Property => ({
  name,
  kind,
  default: value,
  scope: 'run',
  group: 'Race',
  label: name,
  unit: '',
  help: '',
});
const options = ['rank', 'none'].map((value) => ({ value, label: value, help: '' }));
const settled: Settled = {
  lab: 'copy',
  values: { arms: 'rank', steps: '600', tied: 'false' },
  problems: [],
  lacking: [],
  unused: [],
  link: 'lab=copy',
  measures: [],
  hide: [],
  only: [],
  check: null,
};
const table: Table = {
  properties: [
    property('arms', { type: 'many', options }, 'rank'),
    property('steps', { type: 'integer', min: 1, max: 1000 }, '600'),
    property('tied', { type: 'flag' }, 'false'),
  ],
  presets: [{ id: 'long', label: '', help: '', values: [['steps', '900']], link: 'lab=copy&steps=900' }],
  parts: [],
  settled,
};
const read = (link: string) => foreseen({ type: 'read', link }, null, table);

test('a plain link is foreseen, and its link is as the engine writes it', () => {
  assert.equal(read('#lab=copy')?.link, 'lab=copy');
  assert.equal(read('#lab=copy&arms=rank,none&steps=5')?.link, 'lab=copy&arms=rank,none&steps=5');
  assert.equal(read('#preset=long')?.link, table.presets[0]?.link);
  assert.equal(read('#preset=long&steps=7')?.values['steps'], '7');
});

test('what only the engine can read waits for it', () => {
  for (const link of [
    '#lab=other',
    '#preset=none',
    '#hide=settings',
    '#check=1',
    '#steps=0',
    '#steps=1e2',
    '#steps=2000',
    '#arms=sinus',
    '#arms=',
    '#tied=yes',
    '#toString=1',
  ])
    assert.equal(read(link), null, link);
  const before = read('#steps=5');
  assert.equal(
    foreseen({ type: 'typeIn', name: 'steps', text: '1.000 steps' }, before, table),
    before,
    'a form of a number that the engine reads',
  );
});

test('what is set and asked for early reaches the engine in its order, without what was given up', () => {
  const posted: Command[] = [];
  const worker: WorkerLike = {
    postMessage: (message) => posted.push(message as Command),
    terminate() {},
    onmessage: null,
    onerror: null,
  };
  const client = new LabClient({ worker: () => worker, table });
  const say = (data: Report) => worker.onmessage?.({ data } as MessageEvent);
  client.read('#lab=copy');
  client.change('arms', 'none');
  assert.equal(client.settled?.values['arms'], 'none');
  client.train();
  assert.equal(client.activity, 'compiling');
  client.pause();
  assert.equal(client.activity, 'starting');
  client.typeIn('steps', ' 7 ');
  assert.equal(client.settled?.link, 'lab=copy&arms=none&steps=7');
  client.train();
  assert.deepEqual(
    posted.map(({ type }) => type),
    ['start'],
  );
  const { properties, presets, parts } = table;
  say({ type: 'described', lab: 'copy', properties, presets, parts });
  assert.deepEqual(
    posted.map(({ type }) => type),
    ['start', 'read', 'change', 'typeIn', 'train'],
  );
  client.pause();
  assert.equal(posted.at(-1)?.type, 'pause', 'from now on the worker hears at once');
});
