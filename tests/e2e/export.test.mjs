// What of a figure leaves the page, where that is more than the figure on show (figure.test.mjs): what is hidden, the axes, and the
// cells of heat maps.

import assert from 'node:assert/strict';
import {
  attributeOf,
  marksIn,
  parse,
  PNG,
  pointsOfPath,
  scaleIn,
  ticksIn,
  withClass,
  within,
} from './files.mjs';
import { labs, savedBy } from './lab.mjs';

const SMALL =
  '#lab=copy&executor=cpu&encodings=rank,none&seeds=2&steps=40&length=8&symbols=4&width=16&heads=2&layers=1&every=10';

const { test } = labs({ webgpu: false, link: SMALL });

const words = (xml) => within(xml, 'text').map((one) => one.textContent);

/** The SVG of a heat map, once it looks, which it does only while it is on screen. */
async function heatMap(lab, view) {
  await lab.page.locator('#title-look').scrollIntoViewIfNeeded();
  await lab.page.getByTestId('look-step').waitFor();
  const button = lab.page.locator(`[data-testid=${view}] [data-testid^=svg-]`);
  return parse((await savedBy(lab.page, button)).bytes);
}

test('a line chart: its words, bands, guess, and heights that are those of the CSV', async (lab) => {
  assert.equal(await lab.page.getByTestId('svg-loss').getAttribute('aria-disabled'), 'true');
  await lab.train();
  const xml = parse((await lab.download('svg-loss')).bytes);
  const lines = marksIn(xml, 'line');
  assert.equal(marksIn(xml, 'band').length, 2, 'two seeds differ, so there are bands');
  assert.equal(marksIn(xml, 'rule').length, 1);
  // Told apart without colour.
  assert.equal(new Set(lines.map((line) => attributeOf(line, 'stroke-dasharray'))).size, 2);
  const texts = words(xml);
  for (const wanted of ['Loss (bits per token)', 'None', 'Rank (learned)', 'guessing, 2.00 bits'])
    assert.ok(texts.includes(wanted), `“${wanted}” in ${texts}`);
  const ticks = ticksIn(xml, 'x').map(({ text }) => text);
  assert.deepEqual(ticks, ['0', '5', '10', '15', '20', '25', '30', '35', '40']);

  const rows = await lab.csv();
  const valueAt = scaleIn(xml, 'y');
  const [line] = marksIn(xml, 'line', 'rank');
  const points = pointsOfPath(within(line, 'path')[0].getAttribute('d'));
  [0, 10, 20, 30, 40].forEach((step, i) => {
    const own = rows.filter(({ arm, step: at }) => arm === 'rank' && Number(at) === step);
    const mean = own.reduce((sum, { loss }) => sum + Number(loss), 0) / own.length;
    const drawn = valueAt(points[i][1]);
    assert.ok(Math.abs(drawn - mean) < 0.005, `step ${step}: drawn ${drawn}, measured ${mean}`);
  });
});

const DARK = { colorScheme: 'dark' };
test('a hidden line is left out, a logarithmic axis is one, on paper', '', DARK, async (lab) => {
  await lab.train();
  await lab.page.locator('tr[data-arm=none] .toggle').click();
  await lab.page.locator('input[name=log]').check();
  const xml = parse((await lab.download('svg-loss')).bytes);
  const lines = marksIn(xml, 'line');
  assert.deepEqual([lines.length, lines[0].getAttribute('data-series')], [1, 'rank']);
  const [first, second] = ticksIn(xml, 'y').map(({ text }) => Number(text));
  assert.ok(first > 0 && second / first >= 2, `ticks ${first}, ${second}`);
  await lab.page.emulateMedia({ colorScheme: 'light' });
  const light = await lab.page.evaluate(() =>
    getComputedStyle(document.documentElement).getPropertyValue('--series-5').trim(),
  );
  assert.equal(attributeOf(lines[0], 'stroke'), light, 'rank has the sixth colour');
});

test('a heat map: a cell and a number for each pair, and its bar of colours', async (lab) => {
  await lab.train();
  for (const [view, axis] of [
    ['attention', 'Key'],
    ['similarity', 'Position'],
  ]) {
    const xml = await heatMap(lab, view);
    assert.equal(withClass(xml, 'rect', 'bar').length, 1);
    assert.ok(within(xml, 'stop').length > 10, 'the colour bar is a gradient');
    assert.ok(withClass(xml, 'text', 'bar-tick').length >= 3);
    // Eight positions by eight.
    const cells = within(marksIn(xml, 'cell')[0], 'rect');
    assert.deepEqual([cells.length, within(marksIn(xml, 'value')[0], 'text').length], [64, 64]);
    assert.deepEqual([ticksIn(xml, 'x').length, ticksIn(xml, 'y').length], [8, 8]);
    assert.match(words(xml).join(), new RegExp(axis, 'i'));
    assert.ok(new Set(cells.map((cell) => cell.getAttribute('fill'))).size > 8);
  }
});

test('a large one holds its cells as one picture', 'length=70&steps=2&seeds=1', async (lab) => {
  await lab.train();
  const [image, ...others] = within(await heatMap(lab, 'attention'), 'image');
  assert.equal(others.length, 0);
  const [head, data] = image.getAttribute('href').split(',');
  assert.equal(head, 'data:image/png;base64');
  const { width, height, data: pixels } = PNG.sync.read(Buffer.from(data, 'base64'));
  assert.equal(width, height);
  assert.equal(width % 70, 0, 'whole pixels for each cell');
  const middle = (cell) => Math.floor(((cell + 0.5) * width) / 70);
  const at = (row, column) => pixels.readUInt32BE(4 * (middle(row) * width + middle(column)));
  // Under a causal mask nothing attends to later keys, and the first query only to the first key.
  assert.equal(at(0, 69), at(20, 40));
  assert.notEqual(at(0, 0), at(0, 69));
});
