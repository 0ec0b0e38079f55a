// Figures leave the page as SVG and PNG: each is opened here by a reader that is not ours.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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

const shared = labs({ webgpu: false, link: SMALL });
const { test, withLab } = shared;

/** It looks only while it is on screen. */
async function looksInside(lab) {
  await lab.page.locator('#title-look').scrollIntoViewIfNeeded();
  await lab.page.getByTestId('look-step').waitFor();
}

/** Presses a button inside `scope` that saves a file, and gives name and bytes. */
function saved(lab, testId, scope = lab.page) {
  return savedBy(lab.page, scope.locator(`[data-testid^="${testId}"]`));
}

const words = (xml) => within(xml, 'text').map((one) => one.textContent);

/** A PNG's size, and how many colours it has. */
function decode(bytes) {
  const { width, height, data } = PNG.sync.read(bytes);
  const colours = new Set();
  for (let i = 0; i < data.length; i += 4) colours.add(data.readUInt32BE(i));
  return { width, height, data, colours: colours.size };
}

describe('line charts', () => {
  test('SVG: well-formed, a path for each line, labels, units, and the link', async (lab) => {
    assert.equal(await lab.page.getByTestId('svg-loss').getAttribute('aria-disabled'), 'true');
    await lab.train();
    const { name, bytes } = await lab.download('svg-loss');
    assert.equal(name, 'mnemoscope-loss.svg');
    const xml = parse(bytes);
    const root = xml.documentElement;
    assert.equal(root.localName, 'svg');
    assert.equal(root.namespaceURI, 'http://www.w3.org/2000/svg');

    const lines = marksIn(xml, 'line');
    assert.deepEqual(
      lines.map((line) => line.getAttribute('data-series')),
      ['rank', 'none'],
    );
    // Evaluated at 0, 10, 20, 30 and 40.
    for (const line of lines) {
      const [path] = within(line, 'path');
      assert.equal(pointsOfPath(path.getAttribute('d')).length, 5);
    }
    assert.equal(marksIn(xml, 'band').length, 2, 'two seeds differ, so there are bands');
    assert.equal(marksIn(xml, 'rule').length, 1);
    // Told apart without colour.
    const dashes = lines.map((line) => attributeOf(line, 'stroke-dasharray'));
    assert.notEqual(dashes[0], dashes[1]);

    const texts = words(xml);
    for (const wanted of ['Loss', 'Training step', 'Loss (bits per token)', 'None', 'Rank (learned)']) {
      assert.ok(texts.includes(wanted), `“${wanted}” in ${texts}`);
    }
    assert.ok(
      texts.some((text) => /^guessing, 2\.00 bits$/.test(text)),
      'four symbols are two bits',
    );
    assert.deepEqual(
      ticksIn(xml, 'x').map(({ text }) => text),
      ['0', '5', '10', '15', '20', '25', '30', '35', '40'],
    );
    const caption = withClass(xml, 'text', 'caption')
      .map((line) => line.textContent)
      .join('');
    assert.ok(caption.includes(`${shared.server.address}${await lab.hash()}`), caption);
  });

  test('SVG: the heights of the line are those of the CSV', async (lab) => {
    await lab.train();
    const rows = await lab.csv();
    const xml = parse((await lab.download('svg-loss')).bytes);
    const valueAt = scaleIn(xml, 'y');
    const [line] = marksIn(xml, 'line', 'rank');
    const points = pointsOfPath(within(line, 'path')[0].getAttribute('d'));
    const steps = [0, 10, 20, 30, 40];
    points.forEach(([, y], i) => {
      const losses = rows
        .filter((row) => row.arm === 'rank' && Number(row.step) === steps[i])
        .map((row) => Number(row.loss));
      const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
      const drawn = valueAt(y);
      assert.ok(Math.abs(drawn - mean) < 0.005, `step ${steps[i]}: drawn ${drawn}, measured ${mean}`);
    });
  });

  test(
    'SVG: a hidden line is left out, a logarithmic axis is one, colours are the light page’s',
    '',
    { colorScheme: 'dark' },
    async (lab) => {
      await lab.train();
      await lab.page.locator('tr[data-arm=none] .toggle').click();
      await lab.page.locator('input[name=log]').check();
      const xml = parse((await lab.download('svg-loss')).bytes);
      const lines = marksIn(xml, 'line');
      assert.deepEqual(
        lines.map((line) => line.getAttribute('data-series')),
        ['rank'],
      );
      const [first, second] = ticksIn(xml, 'y').map(({ text }) => Number(text));
      assert.ok(first > 0 && second / first >= 2, `ticks ${first}, ${second}`);
      await lab.page.emulateMedia({ colorScheme: 'light' });
      const light = await lab.page.evaluate(() =>
        Array.from({ length: 8 }, (_, i) =>
          getComputedStyle(document.documentElement).getPropertyValue(`--series-${i}`).trim(),
        ),
      );
      assert.equal(attributeOf(lines[0], 'stroke'), light[5], 'rank has the sixth colour');
    },
  );

  test('PNG: twice the size of the SVG, drawn on white', async (lab) => {
    await lab.train();
    for (const figure of ['loss', 'token-accuracy', 'sequence-accuracy']) {
      const svg = parse((await lab.download(`svg-${figure}`)).bytes).documentElement;
      const { name, bytes } = await lab.download(`png-${figure}`);
      assert.equal(name, `mnemoscope-${figure}.png`);
      const picture = decode(bytes);
      assert.equal(picture.width, 2 * Number(svg.getAttribute('width')));
      assert.equal(picture.height, 2 * Math.floor(Number(svg.getAttribute('height'))));
      assert.equal(picture.data.readUInt32BE(0), 0xffffffff);
      assert.ok(picture.colours > 20, `${figure} has ${picture.colours} colours`);
    }
  });
});

describe('heat maps', () => {
  test('SVG and PNG of attention and similarity', async (lab) => {
    await lab.train();
    await looksInside(lab);
    for (const [view, scale] of [
      ['attention', 'Key'],
      ['similarity', 'position'],
    ]) {
      const scope = lab.page.locator(`[data-testid=${view}]`);
      await scope.waitFor();
      const xml = parse((await saved(lab, 'svg-', scope)).bytes);
      const bar = withClass(xml, 'rect', 'bar');
      assert.equal(bar.length, 1);
      assert.ok(within(xml, 'stop').length > 10, 'the colour bar is a gradient');
      assert.ok(withClass(xml, 'text', 'bar-tick').length >= 3);
      // Eight positions by eight.
      const cells = within(marksIn(xml, 'cell')[0], 'rect');
      assert.equal(cells.length, 64);
      assert.equal(within(marksIn(xml, 'value')[0], 'text').length, 64);
      assert.equal(ticksIn(xml, 'x').length, 8);
      assert.equal(ticksIn(xml, 'y').length, 8);
      assert.ok(
        words(xml).some((text) => text.toLowerCase().includes(scale.toLowerCase())),
        words(xml).join(),
      );
      assert.ok(new Set(cells.map((cell) => cell.getAttribute('fill'))).size > 8);
      const picture = decode((await saved(lab, 'png-', scope)).bytes);
      assert.equal(picture.width, Math.floor(Number(xml.documentElement.getAttribute('width'))) * 2);
      assert.ok(picture.colours > 30, `${picture.colours} colours`);
    }
  });

  it('a large one holds its cells as one picture, with the right values', async () => {
    const link = SMALL.replace('length=8', 'length=70')
      .replace('steps=40', 'steps=2')
      .replace('seeds=2', 'seeds=1');
    await withLab(link, async (lab) => {
      await lab.train();
      await looksInside(lab);
      const scope = lab.page.locator('[data-testid=attention]');
      await scope.waitFor();
      const xml = parse((await saved(lab, 'svg-', scope)).bytes);
      const [image, ...others] = within(xml, 'image');
      assert.equal(others.length, 0);
      const [head, data] = image.getAttribute('href').split(',');
      assert.equal(head, 'data:image/png;base64');
      const { width, height, data: pixels } = PNG.sync.read(Buffer.from(data, 'base64'));
      assert.equal(width, height);
      assert.equal(width % 70, 0, 'whole pixels for each cell');
      const at = (row, column) => {
        const size = width / 70;
        return pixels.readUInt32BE(
          4 * (Math.floor((row + 0.5) * size) * width + Math.floor((column + 0.5) * size)),
        );
      };
      // Under a causal mask nothing attends to later keys, and the first query only to the first key.
      assert.equal(at(0, 69), at(20, 40));
      assert.notEqual(at(0, 0), at(0, 69));
      const picture = decode((await saved(lab, 'png-', scope)).bytes);
      assert.ok(picture.colours > 30, 'the embedded picture is in the PNG');
    });
  });
});
