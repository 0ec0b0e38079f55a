// What the tests of the encodings lab's inspector share: files, and what the page shows.

import assert from 'node:assert/strict';
import { number, parseCsv } from './files.mjs';
import { savedBy } from './lab.mjs';

/** Without the parts that other files test. */
export const ALONE = '#lab=encodings&executor=cpu&hide=lemma,logit';
export const SMALL = `${ALONE}&length=8&width=6`;

export const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** Waits until the inspector has an answer, or a refusal, to all that it asked. */
export async function settled(lab) {
  await lab.page.waitForSelector('lab-encodings-inspect:is([data-state=answered], [data-state=refused])', {
    state: 'attached',
  });
}

/** The values of a heat map, row by row, as it saves them. */
export async function valuesOf(map) {
  const details = map.locator('details.numbers');
  const opened = await details.evaluate(({ open }) => open);
  await details.evaluate((one) => (one.open = true));
  const { bytes } = await savedBy(map.page(), map.locator('[data-testid^=save-]'));
  if (!opened) await details.evaluate((one) => (one.open = false));
  const [, ...rows] = parseCsv(bytes);
  return rows.flatMap((row) => row.slice(1).map((cell) => (cell === '' ? NaN : Math.fround(Number(cell)))));
}

/** What the two maps show; null where there is none. */
export async function pictures(lab) {
  await settled(lab);
  const picture = async (side) => {
    const map = lab.page.getByTestId(`picture-${side}`);
    if ((await map.count()) === 0) return null;
    const [, length, width] = /^([\d,]+) × .* from (?:([\d,]+) entries|distances)/.exec(
      await lab.text(`computed-${side}`),
    );
    return {
      title: await map.locator('.surface').getAttribute('aria-label'),
      length: number(length),
      width: number(width ?? '0'),
      matrix: await valuesOf(map),
    };
  };
  return { left: await picture('left'), right: await picture('right') };
}

export async function openNumbers(lab, scope) {
  const summary = lab.page.locator(`${scope} details:not(.fold) > summary`).first();
  await summary.scrollIntoViewIfNeeded();
  await summary.click();
}

export async function change(lab, name, value) {
  const field = lab.page.locator(`#at-${name}`);
  await field.fill(String(value));
  await field.press('Enter');
}

export async function addressHas(lab, name, value) {
  await lab.page.waitForFunction(
    ([key, wanted]) => {
      const found = new URLSearchParams(location.hash.slice(1)).get(key);
      return wanted === null ? found === null : Number(found) === Number(wanted) || found === wanted;
    },
    [name, value],
  );
}

/** The bytes of a .npy file of format 1.0. */
export function npy(rows, { descr = '<f8', fortran = false, shape = null, headerLength = null } = {}) {
  const columns = rows[0].length;
  const size = Number(descr.slice(2));
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape ?? `(${rows.length}, ${columns})`}, }`;
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const head = Buffer.alloc(10);
  head.write('\x93NUMPY\x01\x00', 'latin1');
  head.writeUInt16LE(headerLength ?? padded.length, 8);
  const body = Buffer.alloc(rows.length * columns * size);
  const order = fortran
    ? Array.from({ length: columns }, (_, column) => rows.map((row) => row[column])).flat()
    : rows.flat();
  order.forEach((value, i) => {
    if (descr === '<f8') body.writeDoubleLE(value, i * 8);
    else if (descr === '<f4') body.writeFloatLE(value, i * 4);
    else if (descr === '<i2') body.writeInt16LE(value, i * 2);
  });
  return Buffer.concat([head, Buffer.from(padded, 'latin1'), body]);
}

/** Reads a .npy file of little-endian single precision. */
export function readNpy(bytes) {
  assert.equal(bytes.subarray(0, 6).toString('latin1'), '\x93NUMPY');
  const start = bytes[6] === 1 ? 10 : 12;
  const header = bytes
    .subarray(start, start + (bytes[6] === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8)))
    .toString('latin1');
  assert.match(header, /'descr': '<f4'/);
  assert.match(header, /'fortran_order': False/);
  const [, rows, columns] = header.match(/\((\d+), (\d+)\)/).map(Number);
  const body = bytes.subarray(start + header.length);
  assert.equal(body.length, rows * columns * 4);
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => body.readFloatLE(4 * (row * columns + column))),
  );
}

export async function upload(lab, name, bytes) {
  await lab.page.getByTestId('upload').setInputFiles({
    name,
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(bytes),
  });
}
