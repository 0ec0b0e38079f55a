// Tables that the page saves beside those of the command line.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROGRAM = fileURLToPath(new URL('../../target/debug/mnemoscope', import.meta.url));

/** The tables that a command writes into the folder of `--tables`, by name. */
function tables(words) {
  assert.ok(existsSync(PROGRAM), `${PROGRAM} is missing: cargo build makes it`);
  const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-tables-'));
  try {
    execFileSync(PROGRAM, [...words, '--tables', 'all/of them', '--out', 'out.json'], {
      stdio: 'pipe',
      cwd: folder,
    });
    const place = join(folder, 'all/of them');
    const files = readdirSync(place).map((file) => [
      file.replace(/\.csv$/, ''),
      readFileSync(join(place, file), 'utf8'),
    ]);
    return Object.fromEntries(files);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Trained numbers to three digits: native code fuses multiply-adds. */
export const coarse = (text) =>
  text.replace(/-?\d+\.\d+(e-?\d+)?/g, (number) => {
    const short = Number(number).toPrecision(3);
    return Math.abs(Number(number)) < 1e-4 ? '0' : short;
  });

/** A link's settings as flags. */
export const flags = (settings) =>
  [...new URLSearchParams(settings)].flatMap(([name, value]) => [`--${name}`, value]);
export const link = (lab, settings) => `#lab=${lab}&executor=cpu&${new URLSearchParams(settings)}`;

export const press = async (lab, id) => (await lab.download(id)).bytes.toString('utf8');

/** Goes to the part of the page, for parts ask when they are in view, and opens what is folded there, until the button is there. */
export async function shown(lab, part, button) {
  // A part has no box of its own.
  await lab.page
    .locator(`[data-part=${part}] > *`)
    .first()
    .evaluate((one) => one.scrollIntoView());
  await lab.page.waitForFunction(
    ([part, id]) => {
      for (const one of document.querySelectorAll(`[data-part=${part}] details:not([open])`)) one.open = true;
      return document.querySelector(`[data-testid="${id}"]`);
    },
    [part, button],
    { polling: 200 },
  );
}

/**
 * Every table of a command with `--tables`, by the name of its file: the part of the page, the button there that saves it, and in
 * what they are alike.
 */
export async function compared(withLab, { settings, prepare, command, files }) {
  const wanted = tables([...command, ...flags(settings), '--executor', 'cpu', '--quiet']);
  assert.deepEqual(Object.keys(wanted).sort(), Object.keys(files).sort());
  await withLab(link(command[0], settings), async (lab) => {
    await prepare(lab);
    for (const [file, of] of Object.entries(files)) {
      const [part, named, alike = (text) => text] = of;
      const button = named.replace('LAB', command[0]);
      await shown(lab, part, button);
      assert.ok(wanted[file].split('\n').length > 2, wanted[file]);
      assert.equal(alike(await press(lab, button)), alike(wanted[file]), file);
    }
  });
}
