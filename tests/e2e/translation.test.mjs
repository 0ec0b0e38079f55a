// A browser that translates wraps every text of the page into <font> elements, and what it finds new again. Numbers and states
// follow all the same, in every lab: what is read at the end is what is read on a page that nobody translates.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { labs, until } from './lab.mjs';

const EACH = JSON.parse(readFileSync(new URL('each-lab.json', import.meta.url)));
const { withLab } = labs({ webgpu: false });

/** All parts are in view: which of them a shorter window shows is a matter of how the page has moved meanwhile. */
const WHOLE = { viewport: { width: 1280, height: 8000 } };

/**
 * In the page: wraps each text that may be translated, moved into the elements or put there anew. Gives how many, and the share
 * of words.
 */
function translate(moved) {
  const may = (text) => text.parentElement?.closest('[translate]')?.translate !== false;
  const texts = [];
  const walker = document.createTreeWalker(document.querySelector('#lab'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (walker.currentNode.data.trim()) texts.push(walker.currentNode);
  const words = (of) => of.reduce((sum, { data }) => sum + data.trim().split(/\s+/).length, 0);
  const open = texts.filter(may);
  for (const text of open) {
    const [outer, inner] = [document.createElement('font'), document.createElement('font')];
    outer.append(inner);
    text.replaceWith(outer);
    inner.append(moved ? text : text.data);
  }
  return { wrapped: open.length, share: words(open) / words(texts) };
}

/** In the page: from now on what comes new is wrapped too, as long as it changes. */
function goOnTranslating() {
  const observer = new MutationObserver((records) => {
    for (const text of records.flatMap(({ addedNodes }) => [...addedNodes])) {
      if (!(text instanceof Text) || !text.data.trim() || !text.isConnected) continue;
      if (text.parentElement.closest('[translate=no], font > font')) continue;
      const [outer, inner] = [document.createElement('font'), document.createElement('font')];
      outer.append(inner);
      text.replaceWith(outer);
      inner.append(text.data);
    }
  });
  observer.observe(document.querySelector('#lab'), { childList: true, subtree: true });
}

/** What a reader reads, without what time does to it, and without how the texts are spaced. */
const read = (lab) =>
  lab.page.evaluate(() =>
    document
      .querySelector('#lab')
      .innerText.replace(/[\d.,]+ ?(steps|parts)\/s|[\d.,]+ ?(ms|µs|s|min|h)\b( left| ago)?/g, 'time')
      .replace(/\s+/g, ''),
  );

/** Where two texts part, with what stands around it; empty if nowhere. */
function difference(one, other) {
  const at = [...one].findIndex((letter, i) => letter !== other[i]);
  if (at < 0 && one.length === other.length) return '';
  return [one, other].map((text) => text.slice(Math.max(0, at - 60), at + 60)).join(' | ');
}

for (const [id, { small }] of Object.entries(EACH)) {
  it(`${id}: what is read follows, through a run, a reset and another run`, async () => {
    const link = `#lab=${id}&${small}`;
    await withLab(link, WHOLE, (plain) =>
      withLab(link, WHOLE, async (translated) => {
        const pass = (moved) => translated.page.evaluate(translate, moved);
        const both = (act) => Promise.all([plain, translated].map(act));
        const agree = async () => {
          await both((lab) => lab.answered());
          await until(
            async () => difference(...(await both(read))),
            (found) => found === '',
            60_000,
          );
          return read(plain);
        };
        const { wrapped, share } = await pass(true);
        assert.ok(wrapped > 50 && share >= 0.8, `${wrapped} texts, ${share} of the words`);
        await pass(false);
        await translated.page.evaluate(goOnTranslating);
        const before = await agree();
        const running = both((lab) => lab.train());
        await translated.page.waitForFunction(() => Number(document.querySelector('#lab').dataset.step) > 0);
        await pass(true);
        await pass(false);
        await running;
        const after = await agree();
        assert.notEqual(before, after);
        await both((lab) => lab.press('reset'));
        await both((lab) => lab.state('ready'));
        assert.notEqual(await agree(), after);
        await both((lab) => lab.train());
        await agree();
      }),
    );
  });
}

it('what comes before a text that was translated goes where it belongs', async () => {
  await withLab(`#lab=copy&${EACH.copy.small}`, async (lab) => {
    const { page } = lab;
    await page.evaluate(() =>
      document.querySelector('#lab').client.listen(({ type, about }) => {
        if (type === 'opened') globalThis.about = about;
      }),
    );
    await lab.train();
    /** As after a lost device: the run has moved to another executor, with a name or without. */
    const moveTo = (name) =>
      page.evaluate(async (name) => {
        const { client, updateComplete } = document.querySelector('#lab');
        const { about } = globalThis;
        client.onReport({ type: 'moved', about: { ...about, executor: { ...about.executor, name } } });
        await updateComplete;
        return document.querySelector('[data-testid=executor]').textContent;
      }, name);
    for (const name of ['', 'One', '', 'Two']) {
      await page.evaluate(translate, name === '');
      assert.match(await moveTo(name), name ? new RegExp(`^CPU \\(${name}\\)\\. You`) : /^CPU\. You/);
    }
  });
});
