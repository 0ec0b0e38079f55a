import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countOf, leftToRight, moved, startOf, type Reading } from '../../www/src/figure/reading';

const words = (i: number) => String(i);
const lines: Reading = { by: 'x', x: [0, 10, 20, 30], words };
const cells: Reading = { by: 'cell', rows: 3, columns: 5, words };
const points: Reading = { by: 'point', x: [4, 1, 3], y: [0, 0, 0], rows: [[1, 2, 0]], words };
const rows: Reading = { by: 'point', x: [0, 1, 2, 0, 1], y: [], rows: [[0, 1, 2], [], [3, 4]], words };
const code: Reading = { by: 'point', x: [1, 5, 9], y: [], rows: [[0, 1, 2]], upDown: [2, 0, 1], words };

test('the keyboard begins with the last point of a line, and with the first of all else', () => {
  assert.deepEqual([lines, cells, points, rows, code].map(startOf), [3, 0, 1, 0, 0]);
  assert.equal(startOf({ ...lines, x: [] }), null);
  assert.equal(startOf({ ...points, start: 2 }), 2);
  assert.deepEqual([lines, cells, points].map(countOf), [4, 15, 3]);
});

test('along a line: one, ten, to the ends, and never beyond', () => {
  const to = (key: string, from: number) => moved(lines, key, from);
  assert.deepEqual([to('ArrowRight', 1), to('ArrowLeft', 1), to('Home', 2), to('End', 1)], [2, 0, 0, 3]);
  assert.deepEqual(
    [to('ArrowLeft', 0), to('ArrowRight', 3), to('PageDown', 0), to('PageUp', 3)],
    [0, 3, 3, 0],
  );
  assert.equal(to('ArrowUp', 1), undefined, 'a key that means nothing is left to the page');
  assert.equal(moved(lines, 'End', 0, true), undefined);
});

test('cell by cell: rows and columns, ends of a row, and of the whole', () => {
  const at = (row: number, column: number) => row * 5 + column;
  const to = (key: string, from: number, whole = false) => moved(cells, key, from, whole);
  assert.equal(to('ArrowDown', at(0, 3)), at(1, 3));
  assert.equal(to('ArrowUp', at(0, 3)), at(0, 3));
  assert.equal(to('ArrowRight', at(1, 4)), at(1, 4), 'not into the next row');
  assert.equal(to('End', at(1, 0)), at(1, 4));
  assert.equal(to('End', at(1, 0), true), at(2, 4));
  assert.equal(to('Home', at(2, 3), true), 0);
  assert.equal(to('PageDown', at(0, 2)), at(2, 2));
});

test('points go by their order; up and down by rows, or by an order of their own', () => {
  assert.equal(moved(points, 'ArrowRight', 1), 2);
  assert.equal(moved(points, 'ArrowUp', 2), 0, 'of a single row as to the right');
  assert.equal(moved(points, 'End', 1), 0);
  assert.equal(moved(rows, 'ArrowUp', 4), 1, 'rows stand from the top down');
  assert.equal(moved(rows, 'ArrowDown', 2), 4, 'as far along as the row below goes');
  assert.equal(moved(rows, 'ArrowRight', 4), 4);
  assert.equal(moved(code, 'ArrowDown', 2), 0);
  assert.equal(moved(code, 'ArrowUp', 2), 2);
  assert.equal(moved(code, 'ArrowRight', 1), 2);
  assert.equal(moved({ ...points, x: [], rows: [] }, 'ArrowRight', 0), undefined);
});

test('without an order points are read from left to right, and from the bottom up', () => {
  assert.deepEqual(leftToRight([2, 1, 1, 1], [0, 5, NaN, 3]), [3, 1, 2, 0]);
});
