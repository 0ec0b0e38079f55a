import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runKey, runValues } from '../../www/src/engine/run-key';
import { LABS } from '../../www/src/engine/generated';
import type { Property } from '../../www/src/engine/types';
import { differences, differencesText } from '../../www/src/figure/differences';
import { keyOf } from '../../www/src/figure/key';
import { correlation, precise } from '../../www/src/figure/print';
import type { Figure } from '../../www/src/figure/figure';
import { amount, count, duration, percent, plural, shortened } from '../../www/src/ui/format';
import { wholeNumber } from '../../www/src/ui/number-control';
import { brief, figureText, share } from '../../www/src/ui/text';

test('what is not quite all, or not quite nothing, does not read as all or nothing', () => {
  assert.equal(percent(0.9996), '99.9');
  assert.equal(percent(1), '100');
  assert.equal(share(0.99999), '> 99.9 %');
  assert.equal(share(0.0001), '< 0.1 %');
  assert.equal(correlation(0.99999), '0.9999…');
  assert.equal(correlation(-0.99999), '−0.9999…');
  assert.equal(correlation(1), '1.0000');
  assert.equal(correlation(null), 'undefined');
});

test('numbers read with a true minus sign, and zero is not negative', () => {
  assert.equal(figureText(-0.25), '−0.25');
  assert.equal(figureText(-0), '0');
  assert.equal(figureText(NaN), 'no value');
  assert.equal(count(-0.2), '0');
  assert.equal(precise(-1234.5678), '−1234.6');
  assert.equal(amount(0.001234), '0.0012');
  assert.equal(amount(null), '–');
  assert.equal(amount(12_345), '1.2e4');
  const told = [0, -0, 1e-7, 0.00456, 1234.5, 1e5, -2e-9, 0.0009999, null, Infinity];
  assert.deepEqual(
    told.map((value) => brief(value)),
    ['0', '0', '1e−7', '0.00456', '1230', '1e5', '−2e−9', '0.001', '–', 'no value'],
  );
  assert.equal(figureText(2e-8), '2e−8');
  assert.equal(figureText(3e9), '3e9');
});

test('times, plurals, and what is cut short', () => {
  assert.deepEqual([500, 89_000, 120_000, 3 * 3600_000].map(duration), ['1 s', '89 s', '2 min', '3.0 h']);
  assert.deepEqual([plural(1, 'seed'), plural(1200, 'memory', 'memories')], ['1 seed', '1,200 memories']);
  assert.equal(shortened('abcdef', 3), 'abc…');
  assert.equal(shortened('ab😀', 3), 'ab…', 'half of a pair is no letter');
});

test('a whole number is digits and nothing else', () => {
  assert.deepEqual(
    ['1 000', '1\u202f000\u202f000', '1\u00a0000', "12'345"].map(wholeNumber),
    [1000, 1e6, 1000, 12345],
  );
  // Two readings, or no groups of three.
  assert.deepEqual(
    ['1,000', '1.000', '1 00', '1 000,000', "1 000'000"].map(wholeNumber),
    Array(5).fill(null),
  );
  assert.deepEqual([' 12 ', '0', '1.0', '-3', '1e3', '', '9'.repeat(16)].map(wholeNumber), [
    12,
    0,
    null,
    null,
    null,
    null,
    null,
  ]);
});

const property = (name: string, scope: string, kind: object): Property =>
  ({ name, scope, label: name, kind, default: '', group: '', help: '', unit: '' }) as unknown as Property;
const table = [
  property('steps', 'run', { type: 'number', min: 1, max: 9999 }),
  property('lines', 'run', {
    type: 'many',
    options: [
      { value: 'rank', label: 'Rank' },
      { value: 'none', label: 'None' },
    ],
  }),
  property('position', 'look', { type: 'integer', min: 0, max: 63 }),
];

test('what is only looked at does not make a run another', () => {
  const at = (position: string, steps: string) =>
    runKey({ lab: LABS[0], values: { steps, lines: 'rank', position } }, table);
  assert.equal(at('1', '20'), at('9', '20'));
  assert.notEqual(at('1', '20'), at('1', '40'));
  assert.deepEqual(
    runValues({ steps: '1', position: '5' }, { steps: '2', lines: '', position: '6' }, table),
    {
      steps: '2',
      lines: '',
      position: '5',
    },
  );
});

test('of two configurations exactly what differs is named', () => {
  const from = { steps: '20', lines: 'rank', position: '1' };
  assert.deepEqual(differences(table, from, { ...from, steps: '20.0' }), [], 'one number in two spellings');
  const found = differences(table, from, { steps: '40', lines: 'rank,none', position: '1' });
  assert.equal(differencesText(found), 'steps 40, here 20; lines with None');
  assert.equal(differencesText([]), 'the same settings');
});

test('a legend names each line once, and no group that stands alone', () => {
  const line = (id: string, shown = true) => ({
    kind: 'line',
    id,
    label: id,
    mark: { colour: '--series-1', dash: [] },
    shown,
    x: [1],
    y: [1],
  });
  const dots = (groups: string[]) => ({
    kind: 'dot',
    x: [],
    y: [],
    size: 3,
    groups: groups.map((label) => ({ label, colour: '', shape: 'circle' })),
  });
  const labels = (...marks: object[]) =>
    keyOf({ panels: [{ marks }, { marks }] } as unknown as Figure).map(({ label }) => label);
  assert.deepEqual(labels(line('a'), line('b', false), line('c')), ['a', 'c']);
  assert.deepEqual(labels(dots(['one'])), []);
  assert.deepEqual(labels(dots(['one', 'two'])), ['one', 'two']);
});
