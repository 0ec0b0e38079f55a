// What a lab hands on to another, gone through for all that is declared: it is there what it was here, its link says so, nothing is
// lost where it came from, and what does not fit is refused there.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { labs, until } from './lab.mjs';

const ROOT = new URL('../../', import.meta.url);
const PKG = process.env.PKG ? new URL(`file://${process.env.PKG}/`) : new URL('pkg/', ROOT);
const engine = await import(new URL('mnemoscope.js', PKG));
engine.initSync({ module: readFileSync(new URL('mnemoscope_bg.wasm', PKG)) });

const EACH = JSON.parse(readFileSync(new URL('each-lab.json', import.meta.url)));
const GIVEN = JSON.parse(
  / ONWARDS[^=]*= (\{.*?^\});/ms.exec(readFileSync(new URL('www/src/engine/generated.ts', ROOT), 'utf8'))[1],
);
/** The lab that gives what this question yields. */
const giver = (question) =>
  Object.keys(GIVEN).find((id) => GIVEN[id].some(({ gives }) => gives.question === question));

const { withLab } = labs({ webgpu: false });
const button = (lab, at, to) => lab.page.getByTestId(`onward-${at}-${to.lab}`);
const HEAD = { run: 0, layer: 0, head: 0 };
const numbers = (text) => (text ?? '').split(/[\s,;]+/).map((word) => Math.fround(Number(word)));
/** Each edge once, whichever way it goes, and none from a node to itself. */
const edges = (text) => {
  const each = text.split(/[;\n]/).map((edge) => edge.trim().split(/\s+/));
  return [...new Set(each.filter(([a, b]) => a !== b).map((edge) => edge.toSorted().join(' ')))].toSorted();
};
/** Of a kind that goes into settings, what has to be the same here and there. */
const SAME = {
  arms: (text) => text,
  matrix: (text) => `${numbers(text)}`,
  graph: (text) => `${edges(text)}`,
};
const arrived = async (lab, to) => {
  await lab.page.waitForSelector(`#lab[data-lab=${to.lab}]:not([data-state=starting])`);
  return lab.page.locator('#came').innerText();
};

/** What is looked at in a lab, of a kind: by what it would hand on itself. */
const ownTables = async (lab, id) => {
  const own = GIVEN[id].filter(({ gives }) => gives.kind === 'table' && gives.question.startsWith('onward.'));
  const answers = [];
  for (const { gives } of own) answers.push((await lab.ask(gives.question)).text);
  return answers;
};

for (const [id, onwards] of Object.entries(GIVEN)) {
  if (!onwards.length) continue;
  describe(`the ${id} lab`, () => {
    it('hands on what others take, and has it all when the reader comes back', async () => {
      await withLab(`#lab=${id}&${EACH[id].small}`, async (lab) => {
        const { page } = lab;
        const trained = onwards.some(({ gives }) => gives.of !== 'settings');
        if (trained) await lab.train();
        const before = [await lab.data('state'), await lab.step(), await lab.hash()];
        for (const [at, { gives, to: all }] of onwards.entries()) {
          assert.ok(all.length, `${gives.label}: nobody takes it`);
          const { text, about } = await lab.ask(gives.question, gives.of === 'head' ? HEAD : { run: 0 });
          for (const to of all) {
            await button(lab, at, to).click();
            const words = await arrived(lab, to);
            assert.ok(words.includes(about) && words.includes(id), words);
            const settled = () => lab.page.evaluate(() => document.querySelector('#lab').client.settled);
            if (to.file) {
              await until(
                () => ownTables(lab, to.lab),
                (tables) => tables.some((table) => table && `${numbers(table)}` === `${numbers(text)}`),
              );
            } else {
              const wanted = SAME[gives.kind](text);
              const { values } = await until(settled, ({ values }) =>
                Object.values(values).some((value) => SAME[gives.kind](value) === wanted),
              );
              // Whoever opens the link has it too.
              const link = await lab.hash();
              assert.deepEqual(engine.fromLink(link.slice(1)).values, values);
            }
            assert.equal(await page.locator(`[data-part=${to.part}]`).count(), 1);
            // Where the reader is led to, it is seen.
            const place = await page.evaluate(
              () => document.activeElement.closest('[data-part]')?.dataset.part,
            );
            assert.equal(place, to.part);
            await page.goBack();
            await page.waitForSelector(`#lab[data-lab=${id}]`);
            assert.deepEqual([await lab.data('state'), await lab.step(), await lab.hash()], before);
            assert.equal(await page.locator('#came').count(), 0);
          }
        }
      });
    });
  });
}

it('what does not fit, or is not there, is said where it is, and nobody is led away', async () => {
  const says = (lab, words) =>
    until(
      () => lab.page.getByTestId('onward-refused').innerText(),
      (said) => words.test(said),
    );
  const find = (id, question) => {
    const at = GIVEN[id].findIndex(({ gives }) => gives.question === question);
    return [at, GIVEN[id][at].to];
  };
  const id = giver('onward.left');
  await withLab(`#lab=${id}&length=600`, async (lab) => {
    const [left, to] = find(id, 'onward.left');
    await button(lab, left, to[0]).click();
    await says(lab, /does not take it: it has 600 rows/);
    const [run, takers] = find(id, 'run.hands');
    await button(lab, run, takers[0]).click();
    await says(lab, /There is no run yet/);
    assert.equal(await lab.data('lab'), id);
  });
  const first = giver('run.hands');
  await withLab(`#lab=${first}&${EACH[first].small}`, async (lab) => {
    await lab.train();
    // The last of its arms has no positions.
    const runs = await lab.page.getByTestId('onward-of').locator('option').count();
    await lab.page.getByTestId('onward-of').selectOption(String(runs - 1));
    const [at, to] = find(first, 'run.hands');
    await button(lab, at, to[0]).click();
    await says(lab, /has no table of positions/);
    assert.equal(await lab.data('state'), 'finished');
  });
});
