// Readers of what the page saves, none of them ours, of the numbers that it writes, and of the figures on show.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../www/package.json', import.meta.url));
export const { parse: parseCsv } = require('csv-parse/sync');
export const { PNG } = require('pngjs');
const { DOMParser } = require('@xmldom/xmldom');

/** A number as the page writes it. */
export const number = (text) => Number(text.replaceAll('−', '-').replaceAll(',', '').replace('…', ''));

export function near(found, wanted, tolerance, message) {
  assert.ok(
    Math.abs(found - wanted) <= tolerance,
    `${message ?? ''}: found ${found}, wanted ${wanted} within ${tolerance}`,
  );
}

/** Within a share of what is wanted. */
export const nearly = (found, wanted, share, message) =>
  near(found, wanted, Math.abs(wanted) * share + 1e-12, message);

/** How many colours a picture has. */
export function colours({ data }) {
  const found = new Set();
  for (let i = 0; i < data.length; i += 4) found.add(data.readUInt32BE(i));
  return found.size;
}

/** Parses strictly: whatever the parser complains of is an error. */
export function parse(bytes) {
  const fail = (level, message) => {
    throw new Error(`${level}: ${message}`);
  };
  return new DOMParser({ onError: fail }).parseFromString(bytes.toString('utf8'), 'image/svg+xml');
}

/** The marks of a kind in an exported figure, by series: their groups. */
export function marksIn(xml, kind, series) {
  return Array.from(xml.getElementsByTagName('g')).filter(
    (group) =>
      group.getAttribute('data-mark') === kind &&
      (series === undefined || group.getAttribute('data-series') === series),
  );
}

/** Elements of a class. */
export const withClass = (xml, name, kind) =>
  within(xml, name).filter((one) => one.getAttribute('class') === kind);

/** Every element below one, of a name. */
export const within = (element, name) => Array.from(element.getElementsByTagName(name));

/** An attribute of a mark, whether its group bears it or what is in it. */
export const attributeOf = (group, name) =>
  [group, ...within(group, '*')].find((one) => one.hasAttribute(name))?.getAttribute(name) ?? null;

/** The points of a path of straight lines, as [x, y]. */
export function pointsOfPath(d) {
  return [...d.matchAll(/[ML]\s*(-?[\d.e-]+)[ ,](-?[\d.e-]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
}

/** The labels of an axis of an exported figure, in their order: what they say, and where they stand. */
export function ticksIn(xml, axis) {
  return within(xml, 'g')
    .filter((group) => group.getAttribute('data-axis') === `${axis}-axis tick label`)
    .flatMap((group) => within(group, 'text'))
    .map((label) => {
      const [, x, y] = /translate\(([-\d.]+),([-\d.]+)\)/.exec(label.getAttribute('transform'));
      return { text: label.textContent, at: Number(axis === 'x' ? x : y) };
    });
}

/** Turns places in an exported figure into values of an axis, by its first and last label that are numbers. */
export function scaleIn(xml, axis, log = false) {
  const ticks = ticksIn(xml, axis)
    .map(({ text, at }) => ({ value: Number(text.replaceAll(',', '').replaceAll('−', '-')), at }))
    .filter(({ value }) => Number.isFinite(value));
  const [from, to] = [ticks[0], ticks.at(-1)];
  return (at) => {
    const share = (at - from.at) / (to.at - from.at);
    return log ? from.value * (to.value / from.value) ** share : from.value + share * (to.value - from.value);
  };
}

/** The header of a safetensors file, as its specification has it (8 bytes of length, JSON), and the data after it. */
function headOf(bytes) {
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  return { header: JSON.parse(bytes.subarray(8, start).toString('utf8')), data: bytes.subarray(start) };
}

/** A safetensors file of a header, as an object, and data. */
export function writeSafetensors(header, data) {
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([size, text, data]);
}

/** The same file with another header. */
export function withHeader(bytes, change) {
  const { header, data } = headOf(bytes);
  change(header);
  return writeSafetensors(header, data);
}

/** What a safetensors file holds: no gap, nothing over. */
export function readSafetensors(bytes) {
  const { header, data } = headOf(bytes);
  const { __metadata__: metadata, ...named } = header;
  const tensors = Object.entries(named).map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [from, to],
      },
    ]) => {
      assert.equal(dtype, 'F32');
      assert.equal(to - from, 4 * shape.reduce((product, size) => product * size, 1), name);
      const values = Array.from({ length: (to - from) / 4 }, (_, i) => data.readFloatLE(from + 4 * i));
      return { name, shape, from, to, values };
    },
  );
  const inOrder = tensors.toSorted((a, b) => a.from - b.from);
  inOrder.forEach(({ name, from }, i) => assert.equal(from, inOrder[i - 1]?.to ?? 0, `a gap before ${name}`));
  assert.equal(inOrder.at(-1).to, data.length, 'the last tensor ends with the file');
  return { metadata, tensors };
}

/** Waits until the figure in here is drawn, and gives where its plot lies in the drawing: left, top, right, bottom. */
export async function plotOf(figure) {
  const drawing = figure.locator('.drawing');
  await drawing.scrollIntoViewIfNeeded();
  await figure.locator('.drawing[data-plot]').waitFor();
  const [left, top, right, bottom] = (await drawing.getAttribute('data-plot')).split(/[ ,]/).map(Number);
  return { left, top, right, bottom };
}

/** Every point of a figure, in the order of the arrow key, as the keyboard reads it: its words and its place in the drawing. */
export async function pointsOf(figure, key = 'ArrowRight') {
  await plotOf(figure);
  const { keyboard } = figure.page();
  const surface = figure.locator('.surface');
  await keyboard.press('Tab');
  await surface.focus();
  await keyboard.press('Home');
  const read = async () => {
    const place = (await surface.getAttribute('data-point')).split(' ').map(Number);
    return { words: await figure.getByTestId('reading').innerText(), place };
  };
  const points = [await read()];
  for (;;) {
    await keyboard.press(key);
    const next = await read();
    const last = points.at(-1);
    if (next.words === last.words && String(next.place) === String(last.place)) return points;
    points.push(next);
  }
}
