import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  along,
  decades,
  labelAt,
  roomy,
  roomyLog,
  roundStride,
  tickText,
  ticksOf,
  valueAt,
} from '../../www/src/figure/axis';

const axis = (range: [number, number], more = {}) => ({ title: '', range, ...more });

test('a value and its place are each other’s inverse, on every kind of axis', () => {
  for (const one of [axis([0, 4]), axis([4, -1]), axis([1e-4, 10], { log: true }), axis([-0.5, 7.5])]) {
    for (const share of [0, 0.25, 0.5, 1]) {
      const value = valueAt(one, share);
      assert.ok(Math.abs((along(one, value) ?? NaN) - share) < 1e-12, `${one.range}, ${share}`);
    }
  }
});

test('what has no place has none', () => {
  for (const value of [null, undefined, NaN, Infinity]) assert.equal(along(axis([0, 1]), value), null);
  for (const value of [0, -1]) assert.equal(along(axis([0.1, 1], { log: true }), value), null);
  assert.equal(along(axis([3, 3]), 3), 0.5, 'an axis without extent');
});

test('ticks are round, inside, and about as many as wanted', () => {
  assert.deepEqual(ticksOf(axis([0, 40]), 8), [0, 5, 10, 15, 20, 25, 30, 35, 40]);
  assert.deepEqual(ticksOf(axis([0.3, 0.61]), 4), [0.3, 0.4, 0.5, 0.6], 'without the noise of 3 × 0.1');
  assert.deepEqual(ticksOf(axis([10, 0]), 3), [0, 5, 10], 'of an axis that falls too');
  assert.deepEqual(ticksOf(axis([2, 2]), 5), [2]);
  for (let i = 0; i < 200; i++) {
    const from = Math.tan(i) * 10 ** (i % 9);
    const range: [number, number] = [from, from + 10 ** ((i % 13) - 6)];
    const found = ticksOf(axis(range), 6);
    assert.ok(found.length >= 1 && found.length <= 7, `${found.length} in ${range}`);
    const slack = (range[1] - range[0]) * 1e-6;
    for (const tick of found)
      assert.ok(tick >= range[0] - slack && tick <= range[1] + slack, `${tick} in ${range}`);
  }
});

test('logarithmic ticks are powers of ten, and 1-2-5 where there are few', () => {
  assert.deepEqual(
    ticksOf(axis([1e-3, 1], { log: true }), 6),
    [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1],
  );
  assert.deepEqual(ticksOf(axis([1e-6, 1], { log: true }), 8), [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1]);
  assert.ok(ticksOf(axis([1e-30, 1], { log: true }), 6).length <= 7);
});

test('names are labelled at even distances, given ticks only inside', () => {
  const names = Array.from({ length: 64 }, (_, i) => `p${i}`);
  assert.deepEqual(ticksOf(axis([-0.5, 63.5], { names }), 7), [0, 10, 20, 30, 40, 50, 60]);
  assert.equal(labelAt(axis([-0.5, 63.5], { names }), 3), 'p3');
  assert.deepEqual(ticksOf(axis([7, 25], { ticks: [4, 8, 12, 24, 48] }), 2), [8, 12, 24]);
  assert.deepEqual([1, 2, 3, 6, 11, 21].map(roundStride), [1, 2, 5, 10, 20, 50]);
});

test('ranges hold their values with room, and are never empty', () => {
  for (const values of [[1, 2, 5], [3], [0, 0], [-4, -2], [NaN, 7, Infinity]]) {
    const [from, to] = roomy(values);
    assert.ok(from < to, `${values}`);
    for (const value of values.filter(Number.isFinite))
      assert.ok(value > from && value < to, `${value} in ${from}, ${to}`);
  }
  assert.deepEqual(roomy([]), [0, 1]);
  assert.ok(roomy([5, 6], true)[0] < 0, 'with zero');
  const [least, greatest] = roomyLog([0.02, -3, 0, 7]);
  assert.ok(least > 0 && least < 0.02 && greatest > 7);
  assert.deepEqual(decades([0.03, 4, 0, null], [1, 10]), [0.01, 10]);
  assert.deepEqual(decades([0.01, 0.1], [1, 10]), [0.01, 0.1], 'whole ones are their own edges');
  assert.deepEqual(decades([0, -1], [0.1, 10]), [0.1, 10]);
});

test('numbers on an axis are short, with a true minus sign', () => {
  assert.deepEqual([0, -0.25, 1e-7, 123456, 1 / 3].map(tickText), ['0', '−0.25', '1e−7', '1.23e5', '0.333']);
});
