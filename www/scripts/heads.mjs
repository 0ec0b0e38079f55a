// Writes what the pages say of the labs: each lab's folder has a `head.html` with its question, its lede and its claim.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../src/', import.meta.url));

/** In the order of the engine's registry. */
function labs() {
  const generated = readFileSync(`${source}engine/generated.ts`, 'utf8');
  const found = /export const LABS = \[([^\]]*)\]/.exec(generated);
  if (!found) throw new Error('src/engine/generated.ts names no labs: UPDATE_TYPES=1 cargo test --lib types');
  return [...found[1].matchAll(/'([^']+)'/g)].map(([, id]) => {
    const head = readFileSync(`${source}labs/${id}/head.html`, 'utf8');
    const question = /<h1>([^<]+)<\/h1>/.exec(head)?.[1].trim().replace(/\s+/g, ' ');
    if (!question) throw new Error(`src/labs/${id}/head.html has no question: <h1>…</h1>`);
    return { id, head, question, name: id.charAt(0).toUpperCase() + id.slice(1) };
  });
}

/** What is about the first lab stands in the page; what is about the others rests in templates, so that no heading is there twice. */
const each = (write) =>
  labs()
    .map((lab, place) => (place ? `<template data-of="${lab.id}">${write(lab)}</template>` : write(lab)))
    .join('\n');

const titled = ({ id, name }) => `data-of="${id}" data-title="${name} lab · Mnemoscope"`;

const PARTS = {
  links: () =>
    labs()
      .map(
        ({ id, name }, place) =>
          `<li><a href="#lab=${id}" data-lab="${id}"${place ? '' : ' aria-current="page"'}>${name}</a></li>`,
      )
      .join('\n'),
  heads: () => each((lab) => `<div ${titled(lab)}>${lab.head}</div>`),
  titles: () => each((lab) => `<h1 class="sr" ${titled(lab)}>${lab.name} lab</h1>`),
  questions: () => each(({ id, question }) => `<p class="question" data-of="${id}">${question}</p>`),
};

/** A plugin for vite. */
export const heads = () => ({
  name: 'heads',
  transformIndexHtml: (html) =>
    html.replace(/<!-- labs: (\w+) -->/g, (_, part) => {
      if (!Object.hasOwn(PARTS, part)) throw new Error(`no page says “${part}” of the labs`);
      return PARTS[part]();
    }),
});
