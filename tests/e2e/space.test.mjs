// Figures in space: turned by pointer, finger and keys, read in any view, and saved as they are seen.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { marksIn, parse, plotOf, within } from './files.mjs';
import { labs, savedBy, until } from './lab.mjs';

const { withLab } = labs({ webgpu: false, spotless: true });
const FIRST = '25 20';

/** In the page: a figure of five points and two links, in two groups, at the top of the page. */
function show() {
  const [x, y, z] = [
    [0, 1, -1, 0.5, NaN],
    [0, 1, -0.5, -1, 0],
    [0, 0.5, 1, -1, 0],
  ];
  const names = ['middle', 'b', 'c', 'd', 'nowhere'];
  const axis = (title) => ({ title, range: [-1.5, 1.5] });
  const groups = ['one', 'two'].map((label, i) => ({ label, colour: `--series-${i + 1}`, shape: 'circle' }));
  const figure = document.createElement('lab-figure');
  figure.figure = {
    name: 'space',
    title: 'Points in space',
    summary: 'Five points.',
    empty: '',
    panels: [
      {
        x: axis('first, 60 %'),
        y: axis('second, 25 %'),
        z: axis('third, 5 %'),
        marks: [
          {
            kind: 'link',
            id: 'edge',
            x1: [0, 1],
            y1: [0, 1],
            z1: [0, 0.5],
            x2: [1, -1],
            y2: [1, -0.5],
            z2: [0.5, 1],
            style: () => ({ colour: '--muted' }),
          },
          { kind: 'dot', x, y, z, groups, groupOf: [0, 0, 1, 1, 1], size: 5 },
        ],
      },
    ],
    reading: {
      by: 'point',
      x,
      y,
      z,
      rows: [[0, 1, 2, 3]],
      words: (i) => `${names[i]}: ${x[i]}, ${y[i]}, ${z[i]}`,
    },
    tables: [],
  };
  globalThis.chosen = [];
  figure.addEventListener('chosen', ({ detail }) => globalThis.chosen.push(detail));
  document.querySelector('main, body').prepend(figure);
}

const withFigure = (body, options) =>
  withLab('', options ?? {}, async (lab) => {
    await lab.page.evaluate(show);
    const figure = lab.page.locator('lab-figure').first();
    await plotOf(figure);
    const surface = figure.locator('.surface');
    const view = () => surface.getAttribute('data-view');
    const reading = () => figure.getByTestId('reading').innerText();
    const point = async () => (await surface.getAttribute('data-point')).split(' ').map(Number);
    const chosen = () => lab.page.evaluate(() => globalThis.chosen);
    await body({ lab, page: lab.page, figure, surface, view, reading, point, chosen });
  });

/** What the canvas shows, as text. */
const shown = (figure) => figure.locator('canvas').evaluate((canvas) => canvas.toDataURL());
const viewIs = (view, wanted) => until(view, (found) => found === wanted);

describe('a figure in space', () => {
  test('is turned by dragging, and a press that does not move chooses', async () => {
    await withFigure(async ({ page, figure, surface, view, reading, point, chosen }) => {
      assert.equal(await view(), FIRST);
      const box = await surface.boundingBox();
      const before = await shown(figure);
      await page.mouse.move(box.x + 30, box.y + 40);
      await page.mouse.down();
      await page.mouse.move(box.x + 90, box.y + 20, { steps: 3 });
      await viewIs(view, '55 10');
      // It goes on outside, until the button is up.
      await page.mouse.move(box.x + 130, box.y - 10);
      await viewIs(view, '75 -5');
      await page.mouse.up();
      await page.mouse.move(box.x + 30, box.y + 40);
      assert.equal(await view(), '75 -5');
      assert.deepEqual(await chosen(), []);
      assert.notEqual(await shown(figure), before);

      await surface.focus();
      await page.keyboard.press('Home');
      const [left, top] = await point();
      await page.mouse.move(box.x + left + 3, box.y + top);
      await page.mouse.down();
      await page.mouse.up();
      assert.match(await reading(), /^middle: 0, 0, 0$/);
      assert.deepEqual(await chosen(), [0, 0]);
    });
  });

  test('keys read it, with Shift they turn it, and lead back', async () => {
    await withFigure(async ({ page, figure, surface, view, reading, point, chosen }) => {
      assert.match(await reading(), /Drag to turn it.*Shift and Home/);
      await page.keyboard.press('Tab');
      await surface.focus();
      await until(reading, (text) => text.startsWith('middle'));
      await page.keyboard.press('ArrowRight');
      assert.equal(await reading(), 'b: 1, 1, 0.5');
      const before = await point();
      for (const key of ['ArrowRight', 'ArrowRight', 'ArrowUp']) await page.keyboard.press(`Shift+${key}`);
      await viewIs(view, '45 10');
      assert.equal(await reading(), 'b: 1, 1, 0.5');
      await until(point, (now) => Math.hypot(now[0] - before[0], now[1] - before[1]) > 5);
      const status = figure.getByRole('status');
      assert.equal(await status.innerText(), 'Turned 45° to the right, seen from 10° above.');
      await page.keyboard.press('Shift+Home');
      await viewIs(view, FIRST);
      assert.deepEqual(await chosen(), [0, 1]);
      await until(point, (now) => String(now) === String(before));
    });
  });

  test('a finger that goes sideways turns it, one that goes up scrolls the page', async () => {
    await withFigure(
      async ({ lab, page, surface, view, reading }) => {
        const session = await page.context().newCDPSession(page);
        const touch = (type, points) =>
          session.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y]) => ({ x, y })) });
        const swipe = async (from, across, down) => {
          await touch('touchStart', [from]);
          for (let part = 1; part <= 10; part++)
            await touch('touchMove', [[from[0] + (across * part) / 10, from[1] + (down * part) / 10]]);
          await touch('touchEnd', []);
        };
        const top = () => page.evaluate(() => scrollY);
        const box = await surface.boundingBox();
        const from = [box.x + 150, box.y + 200];
        await swipe(from, 60, 0);
        await until(view, (now) => now !== FIRST);
        assert.equal(await top(), 0);
        const turned = await view();
        await swipe(from, 0, -120);
        await until(top, (now) => now > 0);
        assert.equal(await view(), turned);
        // A tap reads, once the page stands still.
        await until(
          async () => [await top(), (await lab.drawn(), await top())],
          ([before, now]) => before === now,
        );
        await page.touchscreen.tap(...(await middleOf(surface)));
        await until(reading, (text) => text.startsWith('middle'));
      },
      { viewport: { width: 390, height: 800 }, hasTouch: true },
    );
  });

  test('is saved as it is seen, with the coordinates of every mark', async () => {
    await withFigure(async ({ page, figure, surface, view }) => {
      await page.keyboard.press('Tab');
      await surface.focus();
      for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowLeft');
      await viewIs(view, '-5 20');
      const { bytes } = await savedBy(page, figure.getByTestId('svg-space'));
      const xml = parse(bytes);
      const data = await figure.evaluate(({ figure }) => {
        const [links, dots] = figure.panels[0].marks;
        const of = ({ x, y, z }, i) => [x[i], y[i], z[i]];
        return {
          dots: dots.x
            .map((_, i) => ({ at: of(dots, i), group: dots.groups[dots.groupOf[i]].label }))
            .slice(0, 4),
          links: links.x1.map((_, i) =>
            [links.x1, links.y1, links.z1, links.x2, links.y2, links.z2].map((all) => all[i]),
          ),
        };
      });
      const numbers = (element, ...names) => names.map((name) => Number(element.getAttribute(name)));
      const dots = marksIn(xml, 'dot').flatMap((group) =>
        within(group, 'circle').map((circle) => ({
          group: group.getAttribute('data-series'),
          at: numbers(circle, 'data-x', 'data-y', 'data-z'),
          place: numbers(circle, 'cx', 'cy'),
          size: Number(circle.getAttribute('r')),
        })),
      );
      const sorted = (all) => all.map(({ at, group }) => JSON.stringify([group, at])).sort();
      assert.deepEqual(sorted(dots), sorted(data.dots));
      const links = marksIn(xml, 'link', 'edge').flatMap((group) =>
        within(group, 'path').map((path) =>
          numbers(path, 'data-x1', 'data-y1', 'data-z1', 'data-x2', 'data-y2', 'data-z2'),
        ),
      );
      assert.deepEqual(links.map(String).sort(), data.links.map(String).sort());

      // Where each stands follows from its coordinates and the view: turned around, then seen from above.
      const [around, above] = [-5, 20].map((degrees) => (degrees * Math.PI) / 180);
      const across = ([x, , z]) => Math.cos(around) * x + Math.sin(around) * z;
      const towards = ([x, , z]) => Math.cos(around) * z - Math.sin(around) * x;
      const up = (at) => Math.cos(above) * at[1] - Math.sin(above) * towards(at);
      const [middle, other] = [dots.find(({ at }) => !at.some(Boolean)), dots.find(({ at }) => at[0] === 1)];
      const unit = (other.place[0] - middle.place[0]) / across(other.at);
      for (const { at, place } of dots) {
        assert.ok(Math.abs(place[0] - middle.place[0] - unit * across(at)) < 0.1, `${at}: ${place}`);
        assert.ok(Math.abs(middle.place[1] - place[1] - unit * up(at)) < 0.1, `${at}: ${place}`);
      }
      const near = dots
        .toSorted((a, b) => a.size - b.size)
        .map(({ at }) => Math.sin(above) * at[1] + Math.cos(above) * towards(at));
      assert.deepEqual(
        near,
        near.toSorted((a, b) => a - b),
      );
      const words = within(xml, 'text').map(({ textContent }) => textContent);
      assert.ok(words.includes('first, 60 %') && words.includes('second, 25 %'), words.join());
      assert.ok(words.includes('Turned 5° to the left, seen from 20° above.'), words.join());
      assert.ok((await savedBy(page, figure.getByTestId('png-space'))).bytes.length > 1000);
    });
  });

  test('is drawn anew in other colours, and in pixels of another size', async () => {
    await withFigure(
      async ({ page, figure }) => {
        let before = await shown(figure);
        for (const media of [{ colorScheme: 'dark' }, { colorScheme: 'light', forcedColors: 'active' }]) {
          await page.emulateMedia(media);
          const last = before;
          before = await until(
            () => shown(figure),
            (now) => now !== last,
          );
        }
        const session = await page.context().newCDPSession(page);
        const size = () => figure.locator('canvas').evaluate(({ width, clientWidth }) => width / clientWidth);
        assert.equal(await size(), 1);
        await session.send('Emulation.setDeviceMetricsOverride', {
          width: 1280,
          height: 860,
          deviceScaleFactor: 2,
          mobile: false,
        });
        // What is emulated is told only with the next change of a medium; this one changes no colour.
        await page.emulateMedia({ colorScheme: 'light', forcedColors: 'active', reducedMotion: 'reduce' });
        await until(size, (now) => now === 2);
      },
      { colorScheme: 'light' },
    );
  });
});

async function middleOf(surface) {
  // It may have to be scrolled to.
  const plot = await plotOf(surface.locator('..'));
  const box = await surface.boundingBox();
  return [box.x + (plot.left + plot.right) / 2, box.y + (plot.top + plot.bottom) / 2];
}
