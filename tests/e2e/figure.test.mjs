// Every figure of every lab: what a saved file holds is what is on show, number by number; and no policy against
// inline styles is in its way.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  attributeOf,
  colours,
  marksIn,
  near,
  parse,
  PNG,
  pointsOfPath,
  scaleIn,
  ticksIn,
  withClass,
  within,
} from './files.mjs';
import { labs } from './lab.mjs';

const { withLab } = labs({
  webgpu: false,
  headers: {
    'content-security-policy':
      "default-src 'none'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; " +
      "img-src 'self' data: blob:; connect-src 'self'",
  },
});
/** Small, where a lab has such settings. */
const SMALL = 'executor=cpu&seeds=2&steps=20&length=8&symbols=4&width=16&heads=2&layers=1&every=5&window=2';

/** Runs what the lab runs, and waits until all of its figures are drawn; gives the names of those that can be saved. */
async function filled(lab) {
  await lab.train();
  for (const heading of await lab.page.locator('#lab [data-part] h2').all()) {
    await heading.scrollIntoViewIfNeeded();
    await lab.answered();
  }
  for (const figure of await lab.page.locator('lab-figure:visible').all()) {
    await figure.scrollIntoViewIfNeeded();
    await figure.locator('.drawing[data-plot]').waitFor();
  }
  return lab.page
    .locator('lab-figure')
    .evaluateAll((all) =>
      all
        .filter((one) => one.querySelector('[data-testid^=svg-][aria-disabled=false]'))
        .map(({ figure }) => figure.name),
    );
}

/** What a figure is of, as plain data; colours are those of the light scheme. */
const dataOf = (lab, name) =>
  lab.page.evaluate((wanted) => {
    const { figure } = [...document.querySelectorAll('lab-figure')].find((one) => one.figure.name === wanted);
    const style = getComputedStyle(document.documentElement);
    const colour = (property) => style.getPropertyValue(property).trim();
    const list = (values) => Array.from(values ?? [], (value) => (Number.isFinite(value) ? value : null));
    const mark = (one) => ({
      ...one,
      groupOf: one.groupOf ? Array.from(one.groupOf) : null,
      ...Object.fromEntries(
        ['x', 'y', 'z', 'low', 'high', 'x1', 'y1', 'x2', 'y2', 'from', 'to', 'values'].map((key) => [
          key,
          list(one[key]),
        ]),
      ),
      colour: one.mark ? colour(one.mark.colour) : null,
      colours: one.kind === 'dot' ? one.groups.map((group) => colour(group.colour)) : null,
    });
    return {
      title: figure.title,
      summary: figure.summary,
      panels: figure.panels.map(({ x, y, z, marks }) => ({
        space: !!z,
        x: {
          title: x.title,
          range: x.range,
          log: !!x.log,
          bare: !!x.bare,
          named: !!x.names,
          format: !!x.format,
        },
        y: { title: y.title, range: y.range, log: !!y.log, bare: !!y.bare, named: !!y.names },
        marks: marks.map(mark),
      })),
    };
  }, name);

/** Where the plot lies in the file: the frame of its axes. */
function frameOf(xml) {
  const [axes] = within(xml, 'path').filter((path) => path.getAttribute('data-mark') === 'axes');
  const [, left, top, bottom, right] = /^M([\d.]+) ([\d.]+)V([\d.]+)H([\d.]+)$/.exec(axes.getAttribute('d'));
  return { left: Number(left), top: Number(top), bottom: Number(bottom), right: Number(right) };
}

/** Turns a place in the file into the value that stands there, from the frame and the range on show. */
function valuesAt(frame, { x, y }) {
  const at = ({ range: [from, to], log }, share) =>
    log ? from * (to / from) ** share : from + share * (to - from);
  return ([left, top]) => [
    at(x, (left - frame.left) / (frame.right - frame.left)),
    at(y, (frame.bottom - top) / (frame.bottom - frame.top)),
  ];
}

const spanOf = ({ range: [from, to] }) => Math.abs(to - from);

/** A line of text per kind of mark that was compared. */
function compare(name, figure, xml, seen) {
  const [panel] = figure.panels;
  const cells = panel.marks.find(({ kind }) => kind === 'cell');
  if (cells) {
    const rects = within(marksIn(xml, 'cell')[0], 'rect');
    if (cells.values.length > 4096) return;
    assert.equal(rects.length, cells.values.length, `${name}: a rectangle for every cell`);
    // Equal values have equal colours, and the colours of unlike values differ.
    const colours = new Map();
    rects.forEach((rect, i) => {
      const known = colours.get(cells.values[i]);
      if (known) assert.equal(rect.getAttribute('fill'), known, `${name}: cell ${i}`);
      colours.set(cells.values[i], rect.getAttribute('fill'));
    });
    const ends = [Math.min(...cells.values), Math.max(...cells.values)].map((value) => colours.get(value));
    if (cells.values.some((value) => value !== cells.values[0]))
      assert.notEqual(...ends, `${name}: its ends`);
    seen.add('cell');
    return;
  }
  if (panel.space) {
    compareSpace(name, panel, xml);
    seen.add('space');
    return;
  }
  if (figure.panels.length > 1 || (panel.x.bare && panel.y.bare)) return;
  const frame = frameOf(xml);
  const value = valuesAt(frame, panel);
  // The labels of the axes stand where their values are, so that a reader of the file reads what the page shows.
  const labels = ticksIn(xml, 'y').filter(
    ({ text }) => text && Number.isFinite(Number(text.replaceAll('−', '-'))),
  );
  if (labels.length > 1 && !panel.y.named && !panel.y.log) {
    const read = scaleIn(xml, 'y');
    const middle = (frame.top + frame.bottom) / 2;
    if (Number.isFinite(read(middle)) && !/%|log/.test(panel.y.title)) {
      near(read(middle), value([0, middle])[1], 0.01 * spanOf(panel.y), `${name}: the vertical axis`);
    }
  }
  const exact = ({ log, range }) => (log ? 0.02 * Math.max(...range) : 0.004 * spanOf({ range }));
  for (const mark of panel.marks) {
    if (mark.kind === 'line' && mark.shown !== false && mark.x.length) {
      const [group] = marksIn(xml, 'line', mark.id);
      const drawn = within(group, 'path').flatMap((path) => pointsOfPath(path.getAttribute('d')));
      const wanted = mark.x
        .map((x, i) => [x, mark.y[i]])
        .filter(([x, y]) => x !== null && y !== null && !(panel.y.log && y <= 0));
      assert.equal(drawn.length, wanted.length, `${name}, ${mark.id}: points`);
      drawn.map(value).forEach(([x, y], i) => {
        near(x, wanted[i][0], exact(panel.x), `${name}, ${mark.id}, point ${i}, across`);
        if (panel.y.log)
          near(Math.log10(y), Math.log10(wanted[i][1]), 0.02, `${name}, ${mark.id}, point ${i}`);
        else near(y, wanted[i][1], exact(panel.y), `${name}, ${mark.id}, point ${i}`);
      });
      assert.equal(attributeOf(group, 'stroke'), mark.colour, `${name}, ${mark.id}: its colour`);
      seen.add('line');
      if (mark.low.length && mark.low.some((low, i) => low !== mark.high[i]) && !mark.earlier) {
        const [band] = marksIn(xml, 'band', mark.id);
        const edges = pointsOfPath(within(band, 'path')[0].getAttribute('d')).map(value);
        const reach = [...mark.low, ...mark.high].filter((one) => one !== null && !(panel.y.log && one <= 0));
        if (!panel.y.log) {
          near(
            Math.min(...edges.map(([, y]) => y)),
            Math.min(...reach),
            exact(panel.y),
            `${name}, ${mark.id}: least`,
          );
          near(
            Math.max(...edges.map(([, y]) => y)),
            Math.max(...reach),
            exact(panel.y),
            `${name}, ${mark.id}: greatest`,
          );
        }
        seen.add('band');
      }
    }
    if (mark.kind === 'dot') {
      mark.groups.forEach(({ label }, number) => {
        const own = [...mark.x.keys()].filter((i) => (mark.groupOf?.[i] ?? 0) === number);
        const [group] = marksIn(xml, 'dot', label);
        if (!own.length) return;
        const circles = within(group, 'circle').map((dot) =>
          ['cx', 'cy'].map((key) => Number(dot.getAttribute(key))),
        );
        const shapes = within(group, 'path').map((dot) =>
          /translate\(([-\d.e]+),([-\d.e]+)\)/.exec(dot.getAttribute('transform')).slice(1).map(Number),
        );
        const places = [...circles, ...shapes];
        assert.equal(places.length, own.length, `${name}: dots of “${label}”`);
        places.map(value).forEach(([x, y], i) => {
          near(x, mark.x[own[i]], exact(panel.x), `${name}, dot ${own[i]}, across`);
          near(y, mark.y[own[i]], exact(panel.y), `${name}, dot ${own[i]}`);
        });
        assert.equal(attributeOf(group, 'fill'), mark.colours[number], `${name}: the colour of “${label}”`);
      });
      seen.add('dot');
    }
    if (mark.kind === 'bar') {
      const rects = within(marksIn(xml, 'bar', mark.id)[0], 'rect');
      assert.equal(rects.length, mark.to.length);
      rects.forEach((rect, i) => {
        const right = Number(rect.getAttribute('x')) + Number(rect.getAttribute('width'));
        const [x] = value([right, 0]);
        if (panel.x.log) near(Math.log10(x), Math.log10(mark.to[i]), 0.02, `${name}, ${mark.id}, bar ${i}`);
        else near(x, Math.max(mark.from[i], mark.to[i]), exact(panel.x), `${name}, ${mark.id}, bar ${i}`);
      });
      seen.add('bar');
    }
  }
}

/** Of a figure in space each dot says where it stands; tests/e2e/space.test.mjs compares that with where it is drawn. */
function compareSpace(name, panel, xml) {
  for (const mark of panel.marks.filter(({ kind }) => kind === 'dot')) {
    mark.groups.forEach(({ label }, number) => {
      const own = [...mark.x.keys()].filter((i) => (mark.groupOf?.[i] ?? 0) === number);
      const wanted = own.map((i) => [mark.x[i], mark.y[i], mark.z[i]].join(' ')).sort();
      const drawn = marksIn(xml, 'dot', label)
        .flatMap((group) => within(group, '*').filter((one) => one.hasAttribute('data-z')))
        .map((dot) => ['data-x', 'data-y', 'data-z'].map((key) => dot.getAttribute(key)).join(' '));
      assert.deepEqual(drawn.sort(), wanted, `${name}: dots of “${label}”`);
    });
  }
}

it('a saved figure is the one on show: of every lab, and every kind of mark', async () => {
  const seen = new Set();
  let labs = [];
  await withLab(async (lab) => {
    labs = await lab.page
      .locator('nav a[data-lab]')
      .evaluateAll((links) => links.map((link) => link.dataset.lab));
  });
  assert.ok(labs.length >= 4, labs.join());
  for (const id of labs) {
    await withLab(`#lab=${id}&${SMALL}`, { colorScheme: 'light' }, async (lab) => {
      const names = await filled(lab);
      assert.ok(names.length >= 2, `${id}: ${names}`);
      assert.equal(new Set(names).size, names.length, `${id}: a name each`);
      for (const name of names) await compareSaved(lab, name, seen);
    });
  }
  assert.deepEqual([...seen].sort(), ['band', 'bar', 'cell', 'dot', 'line', 'space']);
});

async function compareSaved(lab, name, seen) {
  // In one turn of the page: a figure that is live may change in between.
  const [figure, { bytes }] = await Promise.all([dataOf(lab, name), lab.download(`svg-${name}`)]);
  const xml = parse(bytes);
  const [title, desc] = ['title', 'desc'].map((tag) => within(xml, tag)[0].textContent);
  assert.equal(title, figure.title);
  assert.ok(desc.startsWith(figure.summary), name);
  const words = within(xml, 'text').map(({ textContent }) => textContent);
  for (const { x, y } of figure.panels) {
    for (const axis of [x, y])
      if (axis.title && !axis.bare) assert.ok(words.includes(axis.title), `${name}: ${axis.title}`);
  }
  const caption = withClass(xml, 'text', 'caption').map(({ textContent }) => textContent);
  assert.ok(caption.join('').includes(`${lab.page.url().split('#')[0]}#lab=`), `${name}: ${caption}`);
  compare(name, figure, xml, seen);
  // The PNG is the same at twice the size, on white.
  const png = PNG.sync.read((await lab.download(`png-${name}`)).bytes);
  const [width, height] = ['width', 'height'].map((side) => Number(xml.documentElement.getAttribute(side)));
  near(png.width, 2 * width, 2, name);
  near(png.height, 2 * height, 2, name);
  assert.deepEqual([...png.data.subarray(0, 3)], [255, 255, 255], name);
  assert.ok(colours(png) > 4, `${name} has ${colours(png)} colours`);
}
