import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marksOf, type Dots, type Figure, type Links } from '../../www/src/figure/figure';
import { readAt } from '../../www/src/figure/hit';
import { layOutAll, place, widthOf } from '../../www/src/figure/layout';
import {
  draggedBy,
  FIRST_VIEW,
  inPlane,
  seenFrom,
  turnedBy,
  turnedByKey,
  turnOf,
  viewText,
} from '../../www/src/figure/space';

const FRONT = { around: 0, above: 0 };
const axis = (title: string) => ({ title, range: [-2, 2] as const });
const dots = (points: readonly (readonly [number, number, number])[], more: Partial<Dots> = {}): Dots => ({
  kind: 'dot',
  x: points.map(([x]) => x),
  y: points.map(([, y]) => y),
  z: points.map(([, , z]) => z),
  groups: [{ label: 'nodes', colour: '--series-1', shape: 'circle' }],
  size: 5,
  ...more,
});
const figure = (mark: Dots, links: Links[] = []): Figure =>
  ({
    panels: [{ x: axis('first'), y: axis('second'), z: axis('third'), marks: [...links, mark] }],
    reading: { by: 'point', x: mark.x, y: mark.y, z: mark.z, rows: [[0, 1, 2]], words: String },
  }) as unknown as Figure;
const layoutsOf = (flat: Figure) => layOutAll(flat, { width: 400, measure: (text) => widthOf(text) });
const near = (found: readonly number[], wanted: readonly number[]) =>
  found.forEach((value, i) =>
    assert.ok(Math.abs(value - (wanted[i] ?? NaN)) < 1e-9, `${found} for ${wanted}`),
  );

test('from the front the first axis goes right, the second up, the third towards the reader', () => {
  near(turnOf(FRONT)([1, 2, 3]), [1, 2, 3]);
});

test('turned to the right what is near goes right; seen from above it goes down', () => {
  near(turnOf({ around: 90, above: 0 })([0, 0, 1]), [1, 0, 0]);
  near(turnOf({ around: 0, above: 90 })([0, 0, 1]), [0, -1, 0]);
  near(turnOf({ around: 0, above: 90 })([0, 1, 0]), [0, 0, 1]);
});

test('turning changes no distance', () => {
  for (const view of [FIRST_VIEW, { around: -130, above: 72 }]) {
    const turn = turnOf(view);
    const [a, b] = [turn([1, -0.3, 0.4]), turn([-0.5, 0.2, 2])];
    near([Math.hypot(...a.map((value, i) => value - (b[i] ?? 0)))], [Math.hypot(1.5, -0.5, -1.6)]);
  }
});

test('keys and drags turn around without an end, and never upside down', () => {
  let view = FRONT;
  for (let i = 0; i < 36; i++) view = turnedByKey(view, 'ArrowRight') ?? view;
  assert.deepEqual(view, FRONT);
  for (let i = 0; i < 20; i++) view = turnedByKey(view, 'ArrowDown') ?? view;
  assert.deepEqual(view, { around: 0, above: 90 });
  assert.deepEqual(turnedByKey(view, 'Home'), FIRST_VIEW);
  assert.equal(turnedByKey(view, 'PageUp'), undefined);
  assert.deepEqual(draggedBy(FRONT, 20, -10), { around: 10, above: -5 });
  assert.deepEqual(turnedBy({ around: 170, above: 0 }, 20, 0), { around: -170, above: 0 });
  assert.equal(viewText({ around: -170, above: 5 }), 'Turned 170° to the left, seen from 5° above.');
});

test('what is far is drawn first, smaller and paler, and every dot once', () => {
  const mark = dots([
    [0, 0, 2],
    [1, 0, -2],
    [-1, 0.5, 0],
  ]);
  const flat = seenFrom(figure(mark), FRONT);
  const drawn = marksOf(flat.panels[0], 'dot');
  assert.deepEqual(
    drawn.map(({ space }) => Array.from(space?.z ?? [])),
    [[-2], [0], [2]],
  );
  for (const [behind, before] of [drawn.slice(0, 2), drawn.slice(1)]) {
    assert.ok(behind && before && behind.size < before.size && (behind.opacity ?? 1) < (before.opacity ?? 1));
  }
});

test('groups and colours go with their dots, styles with their links', () => {
  const groups = ['a', 'b', 'c'].map((label) => ({ label, colour: `--${label}`, shape: 'circle' as const }));
  const places = [
    [0, 0, 2],
    [1, 0, -2],
    [-1, 0.5, 0],
  ] as const;
  const link: Links = {
    kind: 'link',
    id: 'edge',
    x1: [0, 1],
    y1: [0, 0],
    z1: [2, -2],
    x2: [-1, 0],
    y2: [0.5, 0],
    z2: [2, -2],
    style: (i) => ({ colour: `--link-${i}`, opacity: 0.5 }),
  };
  const mark = dots(places, { groups, groupOf: [0, 1, 2], colourOf: (i) => `--own-${i}` });
  const [panel] = seenFrom(figure(mark, [link]), FIRST_VIEW).panels;
  for (const { groupOf, colourOf, space } of marksOf(panel, 'dot')) {
    Array.from(space?.x ?? []).forEach((x, i) => {
      const point = places.findIndex(([own]) => own === x);
      assert.equal(groupOf?.[i], point);
      assert.equal(colourOf?.(i), `--own-${point}`);
    });
  }
  const edges = marksOf(panel, 'link').filter(({ id }) => id === 'edge');
  assert.deepEqual(
    edges.flatMap(({ space, style }) => [space?.z1?.[0], style(0).colour]),
    [-2, '--link-1', 2, '--link-0'],
  );
});

test('the axes are named, unless one points at the reader', () => {
  const texts = (view: typeof FRONT) =>
    marksOf(seenFrom(figure(dots([[0, 0, 0]])), view).panels[0], 'text').flatMap((mark) => mark.texts);
  assert.deepEqual(texts(FRONT), ['first', 'second']);
  assert.deepEqual(texts(FIRST_VIEW), ['first', 'second', 'third']);
});

test('all is inside, however it is turned, and the plot is square', () => {
  const mark = dots([
    [2, 2, 2],
    [-2, 2, -2],
    [2, -2, -2],
  ]);
  for (let around = -180; around < 180; around += 15) {
    const flat = seenFrom(figure(mark), { around, above: around / 3 });
    const [layout] = layoutsOf(flat);
    assert.ok(layout);
    const { left, top, right, bottom } = layout.plot;
    assert.equal(right - left, bottom - top);
    for (const { x, y } of marksOf(layout.panel, 'dot')) {
      Array.from(x).forEach((_, i) => {
        const [across, down] = place(layout, x[i], y[i]);
        assert.ok(
          across >= left && across <= right && down >= top && down <= bottom,
          `${around}: ${across} ${down}`,
        );
      });
    }
  }
});

test('a point without a place is not drawn and not read', () => {
  const flat = seenFrom(
    figure(
      dots([
        [NaN, 0, 0],
        [1, 1, 1],
      ]),
    ),
    FRONT,
  );
  assert.equal(
    marksOf(flat.panels[0], 'dot').reduce((sum, { x }) => sum + x.length, 0),
    1,
  );
  const layouts = layoutsOf(flat);
  const [left, top] = [layouts[0]?.plot.left ?? 0, layouts[0]?.plot.top ?? 0];
  assert.equal(readAt(flat.reading, layouts, left, top), null);
});

test('where dots lie behind one another the nearest to the reader is read, else the nearest to the pointer', () => {
  const mark = dots([
    [0, 0, -2],
    [0, 0, 2],
    [1, 0, 0],
  ]);
  const pointed = (view: typeof FRONT, point: number, off = 0) => {
    const flat = seenFrom(figure(mark), view);
    const layouts = layoutsOf(flat);
    const { reading } = flat;
    assert.ok(layouts[0] && reading?.by === 'point');
    const [left, top] = place(layouts[0], reading.x[point], reading.y[point]);
    return readAt(reading, layouts, left + off, top);
  };
  assert.equal(pointed(FRONT, 0), 1);
  assert.equal(pointed({ around: -180, above: 0 }, 1), 0);
  assert.equal(pointed(FRONT, 2, 10), 2);
  assert.equal(pointed({ around: 90, above: 0 }, 0), 0);
});

test('a place of the drawing leads back to the plane that a handle is dragged in', () => {
  const shifted = figure(dots([[0.5, -1.5, 0]]));
  for (const view of [FRONT, FIRST_VIEW, { around: -140, above: 60 }]) {
    const { reading } = seenFrom(shifted, view);
    assert.ok(reading?.by === 'point');
    const place = inPlane(shifted, view, reading.x[0] ?? NaN, reading.y[0] ?? NaN);
    assert.ok(place && Math.hypot(place[0] - 0.5, place[1] + 1.5) < 1e-9, `${place} at ${viewText(view)}`);
  }
  assert.equal(inPlane(shifted, { around: 90, above: 0 }, 0.1, 0.1), null, 'edge-on');
});
