import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvOf, matrixTable, numbers, single, type Table } from '../../www/src/figure/table';

const text = async (table: Table) => (await csvOf(table)).text();

test('CSV: a name a column, a line a row; what is no finite number is left empty', async () => {
  const table: Table = {
    title: 'x',
    rows: 3,
    columns: [
      numbers('step', 'Step', [0, 10, 20], String),
      numbers('loss', 'Loss', [1.5, NaN, null], String),
      { name: 'only_here', label: '', value: (row) => (row === 2 ? Infinity : row), filed: true },
    ],
  };
  assert.equal(await text(table), 'step,loss,only_here\n0,1.5,0\n10,,1\n20,,\n');
});

test('CSV: what has commas, quotes or line ends is quoted, names included', async () => {
  const table: Table = {
    title: 'x',
    rows: 2,
    columns: [{ name: 'a,b', label: '', value: (row) => ['say "yes"', 'one\ntwo'][row] }],
  };
  assert.equal(await text(table), '"a,b"\n"say ""yes"""\n"one\ntwo"\n');
});

test('CSV: a table that takes several turns to write is whole', async () => {
  const rows = 300_000;
  const lines = (
    await text({ title: 'x', rows, columns: [{ name: 'i', label: '', value: (row) => row }] })
  ).split('\n');
  assert.equal(lines.length, rows + 2);
  assert.equal(lines[rows], String(rows - 1));
});

test('a matrix has the names of its rows in front, and its values exactly', async () => {
  const values = Float32Array.from([0.1, 0.2, 0.3, 1 / 3, NaN, 6]);
  const names = { title: 'query', names: ['a', 'b'] };
  const table = matrixTable('m', 'weight', names, { title: 'key', names: ['x', 'y', 'z'] }, values, String);
  const lines = (await text(table))
    .trim()
    .split('\n')
    .map((one) => one.split(','));
  assert.deepEqual(lines[0], ['query \\ key', 'x', 'y', 'z']);
  assert.deepEqual(lines[1], ['a', '0.1', '0.2', '0.3']);
  assert.equal(lines[2]?.[2], '');
  assert.equal(Math.fround(Number(lines[2]?.[1])), Math.fround(1 / 3));
});

test('the shortest decimal that means the same number of single precision', () => {
  let seed = 1;
  for (let i = 0; i < 2000; i++) {
    seed = (seed * 48271) % 2147483647;
    const value = Math.fround((seed / 2147483647 - 0.5) * 10 ** ((i % 60) - 30));
    assert.equal(Math.fround(single(value)), value);
  }
  assert.equal(single(Math.fround(0.3)), 0.3);
});
