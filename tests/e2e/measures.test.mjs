// The page draws and lists what a race measures, whatever that is: here the numbers of a race stand under another name.

import assert from 'node:assert/strict';
import { labs } from './lab.mjs';

const LINK =
  '#lab=copy&executor=cpu&encodings=rank,none&seeds=2&steps=40&length=8&symbols=4&width=16&heads=2&layers=1&every=10';

const { test } = labs({ webgpu: false, link: LINK });

/** In the page: of what the worker says of its run, only the first measure of the evaluations is left, described as `measures`. */
function rewrite(measures) {
  const Real = globalThis.Worker;
  const changed = (report) => {
    if (report.about) report.about.measures = measures;
    if (report.type !== 'happened') return report;
    const events = report.events.flatMap((event) => {
      if (event.type === 'training' || event.type === 'reached') return [];
      return event.type === 'evaluation' ? { ...event, values: [event.values[0]] } : event;
    });
    return { ...report, events };
  };
  globalThis.Worker = class extends Real {
    set onmessage(listener) {
      super.onmessage = listener && (({ data }) => listener({ data: changed(data) }));
    }
  };
}

/** A race whose measures these are. */
async function measured(lab, measures) {
  await lab.context.addInitScript(rewrite, measures);
  await lab.page.reload();
  await lab.state('ready');
  await lab.press('welcome-close');
  await lab.train();
}

const ERROR = {
  id: 'recall-error',
  label: 'Error of recall',
  short: 'Error',
  unit: 'nats per query',
  kind: 'amount',
  better: 'lower',
  phase: 'evaluation',
};

test('a race with one measure of its own has one chart, one column, and no table of first steps', async (lab) => {
  await measured(lab, [ERROR]);
  const { page } = lab;
  assert.deepEqual(await page.locator('section.figure > header > h2').allInnerTexts(), ['Error of recall']);
  const head = await page.locator('section.figure.recall-error > header').innerText();
  assert.match(head, /nats per query, lower is better/);
  assert.doesNotMatch(head, /guessing|Held-out/);
  assert.equal(await page.locator('input[name=log]').count(), 1);
  const columns = await page.getByTestId('scoreboard').locator('thead th').allInnerTexts();
  assert.equal(columns.join('; ').replace(/\s+/g, ' '), 'Encoding; Error nats');
  const cells = await page.getByTestId('scoreboard').locator('tbody td').allInnerTexts();
  assert.ok(cells.length === 2 && cells.every((cell) => Number(cell) > 0), cells.join());
  assert.equal(await page.getByTestId('milestones').count(), 0);
  await page.locator('section.figure summary').click();
  assert.match(
    await page.locator('section.figure caption').innerText(),
    /^Error of recall nats per query, lower is better: mean \(least–greatest over seeds\)/,
  );
  assert.equal(await page.locator('section.figure tbody tr').count(), 5);
  const { name, bytes } = await lab.download('svg-recall-error');
  assert.equal(name, 'mnemoscope-recall-error.svg');
  assert.match(bytes.toString('utf8'), /Error of recall \(nats per query\)/);
});

test('with a threshold it has one; a number that is neither is drawn as it lies', async (lab) => {
  await measured(lab, [{ ...ERROR, kind: 'number', better: 'neither', threshold: 1.5 }]);
  assert.match(await lab.text('milestones'), /First step at 1\.5\snats of held-out error/);
  assert.equal(await lab.page.locator('input[name=log]').count(), 0);
});
