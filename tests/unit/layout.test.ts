import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellAxes, isEmpty, isHidden, type Figure, type Mark, type Panel } from '../../www/src/figure/figure';
import { layOut, layOutAll, place, valuesAt, widthOf } from '../../www/src/figure/layout';
import { linesOf } from '../../www/src/figure/text-lines';

const room = (width: number, ratio = 1) => ({ width, measure: (text: string) => widthOf(text), ratio });
const line: Mark = {
  kind: 'line',
  id: 'a',
  label: 'a',
  mark: { colour: '--series-1', dash: [] },
  x: [0, 1],
  y: [0, 1],
};
const panel = (more: Partial<Panel> = {}): Panel => ({
  x: { title: 'Training step', range: [0, 2000] },
  y: { title: 'Loss (bits)', range: [0, 3] },
  marks: [line],
  ...more,
});
const matrix = (rows: number, columns = rows): Panel => ({
  ...cellAxes(
    { title: 'query', names: Array.from({ length: rows }, (_, i) => `${i} · SEP`) },
    { title: 'key', names: Array.from({ length: columns }, (_, i) => `${i} · SEP`) },
  ),
  marks: [
    {
      kind: 'cell',
      rows,
      columns,
      values: new Float32Array(rows * columns),
      range: [0, 1],
      scale: 'sequential',
      unit: '',
    },
  ],
});

test('a point and the values at its place are each other’s inverse', () => {
  for (const one of [panel(), matrix(8), panel({ y: { title: '', range: [1e-3, 10], log: true } })]) {
    const layout = layOut(one, 0, room(600));
    const [x, y] = [one.x.range[0] * 0.3 + one.x.range[1] * 0.7, one.y.range[0] * 0.5 + one.y.range[1] * 0.5];
    const [back, up] = valuesAt(layout, ...place(layout, x, y));
    assert.ok(
      Math.abs(back - x) < 1e-9 * Math.max(1, Math.abs(x)) &&
        Math.abs(up - y) < 1e-9 * Math.max(1, Math.abs(y)),
    );
  }
});

test('nothing stands outside the width, and labels do not run into one another', () => {
  for (const width of [200, 320, 390, 640, 900]) {
    for (const one of [
      panel(),
      panel({ x: { title: 'x', range: [0, 123456], ticks: [1, 2, 3, 60000, 120000] } }),
      matrix(40, 12),
      matrix(1024),
    ]) {
      const layout = layOut(one, 0, room(width));
      assert.ok(layout.plot.right <= width + 1e-9, `${layout.plot.right} of ${width}`);
      assert.ok(layout.plot.left >= 0 && layout.plot.top >= 0 && layout.height > layout.plot.bottom);
      if (layout.upright) continue;
      let free = -Infinity;
      for (const { value, text } of layout.x.filter((tick) => tick.text)) {
        const [middle] = place(layout, value, one.y.range[0]);
        assert.ok(middle - widthOf(text) / 2 >= free, `“${text}” at ${width}`);
        free = middle + widthOf(text) / 2;
      }
    }
  }
});

test('cells are square, and whole pixels of the device', () => {
  for (const ratio of [1, 1.5, 2, 3]) {
    const { plot } = layOut(matrix(16, 9), 0, room(500, ratio));
    const [across, down] = [(plot.right - plot.left) / 9, (plot.bottom - plot.top) / 16];
    assert.ok(Math.abs(across - down) < 1e-9);
    assert.ok(Math.abs(across * ratio - Math.round(across * ratio)) < 1e-9, `${across} at ${ratio}`);
  }
});

test('points without a place stand beside the plot, each group in its lane', () => {
  const one = panel({
    x: { title: '', range: [0.1, 10], log: true, beyond: '≤ 0' },
    y: { title: '', range: [0, 100], beyond: 'not within 100' },
    marks: [
      {
        kind: 'dot',
        x: [1, 0, 2],
        y: [50, 20, NaN],
        groups: [
          { label: 'a', colour: '--series-1', shape: 'circle' },
          { label: 'b', colour: '--series-2', shape: 'square' },
        ],
        groupOf: [0, 0, 1],
        size: 4,
      },
    ],
  });
  const layout = layOut(one, 0, room(600));
  const [left] = place(layout, 0, 20);
  assert.ok(left < layout.plot.left && left > 0);
  const [, above] = place(layout, 2, NaN, 1);
  const [, first] = place(layout, 2, NaN, 0);
  assert.ok(above < layout.plot.top && first < above && first > 0);
});

test('panels stand below one another, their plots at one edge', () => {
  const figure = {
    panels: [
      panel(),
      panel({ y: { title: '', range: [0, 1e6], format: (value: number) => `${value} of many` } }),
    ],
  } as unknown as Figure;
  const [first, second] = layOutAll(figure, room(700));
  assert.ok(first && second);
  assert.equal(first.plot.left, second.plot.left);
  assert.equal(first.plot.right, second.plot.right);
  assert.ok(second.plot.top >= first.height);
});

test('a figure whose lines have no points is empty, one whose lines are all hidden is not', () => {
  const figure = (...marks: Mark[]) => ({ panels: [panel({ marks })] }) as unknown as Figure;
  const hidden = { ...line, shown: false };
  const bare = { ...line, x: [], y: [] };
  const rule: Mark = { kind: 'rule', axis: 'y', at: 1 };
  const states = (...marks: Mark[]) => [isEmpty(figure(...marks)), isHidden(figure(...marks))];
  assert.deepEqual(states(line), [false, false]);
  assert.deepEqual(states(line, hidden), [false, false]);
  assert.deepEqual(states(hidden, bare), [false, true]);
  assert.deepEqual(states(bare, rule), [true, false]);
});

test('a title stands in as many lines as fit the width and the height of its panel', () => {
  const words =
    'Mean cosine over all pairs of nodes that are neighbours in the graph, of the table as it stands now';
  const one = panel({ x: { title: words, range: [0, 1] }, y: { title: words, range: [0, 1] } });
  for (const width of [320, 390, 640]) {
    const { titles, height, plot } = layOut(one, 0, room(width));
    for (const [axis, most] of [
      ['x', width],
      ['y', height],
    ] as const) {
      assert.equal(titles[axis].map(({ text }) => text).join(' '), words);
      for (const { text, ...middle } of titles[axis]) {
        const half = widthOf(text) / 2;
        assert.ok(
          middle[axis] - half >= -1 && middle[axis] + half <= most + 1,
          `${axis} “${text}” at ${width}`,
        );
      }
    }
    assert.ok(Math.max(...titles.y.map(({ x }) => x)) < plot.left, 'beside the plot');
    assert.ok(Math.min(...titles.x.map(({ y }) => y)) > plot.bottom + 15, 'below the labels');
  }
  const { titles } = layOut(panel(), 0, room(640));
  assert.deepEqual([titles.x.length, titles.y.length], [1, 1]);
});

test('widths are Helvetica’s: an i is narrow, an m is wide', () => {
  // Adobe Font Metrics: i 222, m 833, digits 556 thousandths of the size.
  assert.equal(widthOf('iiii', 1000), 888);
  assert.equal(widthOf('mm 0', 1000), 2 * 833 + 278 + 556);
  assert.deepEqual(
    linesOf('one two three', 5, (text) => text.length),
    ['one', 'two', 'three'],
  );
  assert.deepEqual(
    linesOf('unbreakable', 4, (text) => text.length),
    ['unbr', 'eaka', 'ble'],
  );
});
