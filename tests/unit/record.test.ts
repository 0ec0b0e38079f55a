import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Recording } from '../../www/src/engine/record';
import type { About, LabEvent } from '../../www/src/engine/types';
import { armCurves, lastAt, spreadOf } from '../../www/src/figure/curves';
import { Shelf } from '../../www/src/figure/shelf';

const measure = (id: string, phase: string) => ({
  id,
  phase,
  label: id,
  short: id,
  unit: '',
  kind: 'amount',
  better: 'lower',
});
const about = {
  lab: 'any',
  measures: [measure('loss', 'evaluation'), measure('loss', 'training')],
  runs: [
    { replica: 0, arm: 'a', seed: 0 },
    { replica: 1, arm: 'a', seed: 1 },
    { replica: 2, arm: 'b', seed: 0 },
  ],
  arms: [{ id: 'a' }, { id: 'b' }],
  steps: 2000,
  values: {},
} as unknown as About;

const evaluation = (step: number, values: number[]): LabEvent =>
  ({ type: 'evaluation', step, values: [values] }) as LabEvent;
const training = (from: number, count: number): LabEvent => {
  const steps = Array.from({ length: count }, (_, i) => from + i);
  return {
    type: 'training',
    steps,
    values: [[0, 1, 2].map((run) => steps.map((step) => step * (run + 1)))],
  } as LabEvent;
};

test('evaluations come in order, and a step that is passed again counts once', () => {
  const recording = new Recording(about, 'link');
  recording.apply([
    evaluation(0, [3, 3, 3]),
    evaluation(10, [2, 2, 2]),
    evaluation(10, [9, 9, 9]),
    evaluation(20, [1, 1, 1]),
  ]);
  assert.deepEqual(
    recording.evaluations.map(({ x }) => x),
    [0, 10, 20],
  );
  assert.deepEqual(recording.evaluations[1]?.values, [[2, 2, 2]]);
  assert.equal(recording.step, 20);
});

test('a long training curve is averaged, and keeps its means and its end', () => {
  const recording = new Recording(about, 'link');
  for (let from = 1; from <= 1600; from += 7) recording.apply([training(from, Math.min(7, 1601 - from))]);
  const { points } = recording.curves('training');
  assert.ok(points.length <= 400 && points.length >= 200, `${points.length} points`);
  assert.equal(recording.stepsPerPoint, 4);
  assert.equal(points.at(-1)?.x, 1600);
  points.forEach(({ x, values }, i) => {
    const before = points[i - 1]?.x ?? 0;
    const mean = (before + 1 + x) / 2;
    assert.ok(Math.abs((values[0]?.[1] ?? NaN) - 2 * mean) < 1e-6, `point ${i}`);
  });
});

test('a snapshot is the same recording, and no list of it is shared', () => {
  const recording = new Recording(about, 'link', 'key');
  recording.apply([
    evaluation(0, [1, 2, 3]),
    training(1, 5),
    { type: 'reached', replica: 1, measure: 'loss', step: 4 } as LabEvent,
  ]);
  const copy = Recording.from(recording.snapshot());
  assert.ok(copy);
  assert.deepEqual(copy.snapshot(), recording.snapshot());
  copy.apply([evaluation(10, [0, 0, 0])]);
  assert.equal(recording.evaluations.length, 1);
  assert.equal(Recording.from({ ...recording.snapshot(), version: 1 }), null, 'of an earlier shape');
});

test('the first step at a threshold stays, whatever comes later', () => {
  const recording = new Recording(about, 'link');
  const reached = (step: number) => ({ type: 'reached', replica: 2, measure: 'loss', step }) as LabEvent;
  recording.apply([reached(40), reached(90)]);
  assert.equal(recording.reached[2]?.loss, 40);
});

test('curves: mean, least and greatest over the seeds of an arm; a seed without a number does not count', () => {
  const recording = new Recording(about, 'link');
  recording.apply([evaluation(0, [1, 3, 7]), evaluation(10, [NaN, 5, NaN])]);
  const { steps, curves } = armCurves(recording.curves('evaluation'), 'loss');
  assert.deepEqual(steps, [0, 10]);
  assert.deepEqual(curves[0], { arm: 'a', mean: [2, 5], min: [1, 5], max: [3, 5] });
  assert.deepEqual(curves[1], { arm: 'b', mean: [7, null], min: [7, null], max: [7, null] });
  assert.deepEqual(armCurves(recording.curves('evaluation'), 'unknown'), { steps: [], curves: [] });
  assert.equal(spreadOf([NaN]), null);
  assert.deepEqual(
    [null, 0, 14, 25, 99].map((step) => lastAt([0, 10, 20], step)),
    [2, 0, 1, 2, 2],
  );
});

test('the shelf keeps five runs, the longest of one configuration, and gives a slot back', () => {
  const shelf = new Shelf();
  const run = (link: string, steps: number) => {
    const recording = new Recording(about, link);
    recording.apply([evaluation(0, [1, 1, 1]), evaluation(steps, [1, 1, 1])]);
    return recording;
  };
  shelf.keep(run('one', 20));
  shelf.keep(run('one', 10));
  assert.deepEqual(
    shelf.runs.map(({ step }) => step),
    [20],
  );
  for (const link of ['two', 'three', 'four', 'five', 'six']) shelf.keep(run(link, 10));
  assert.equal(shelf.runs.length, 5);
  assert.equal(new Set(shelf.runs.map(({ slot }) => slot)).size, 5);
  const [first] = shelf.runs;
  shelf.remove(first?.id ?? 0);
  shelf.keep(run('seven', 10));
  assert.equal(shelf.runs.at(-1)?.slot, first?.slot);
  shelf.keep(new Recording(about, 'untrained'));
  assert.equal(shelf.runs.length, 5, 'what has not trained is not kept');
});
