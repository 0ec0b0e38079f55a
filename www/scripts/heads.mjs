// Writes what the pages say of the labs: each lab's folder has a `head.html` with its question and its claim.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../src/', import.meta.url));

/** In the order of the engine's registry. */
export function labIds() {
  const generated = readFileSync(`${source}engine/generated.ts`, 'utf8');
  const found = /export const LABS = \[([^\]]*)\]/.exec(generated);
  if (!found) throw new Error('src/engine/generated.ts names no labs: UPDATE_TYPES=1 cargo test --lib types');
  return [...found[1].matchAll(/'([^']+)'/g)].map(([, id]) => id);
}

/** What each lab tells on the first page, and what its picture is of. */
export function stories() {
  return labs().map((lab) => {
    const text = readFileSync(`${source}labs/${lab.id}/story.html`, 'utf8').trim();
    const found = /^<p\s+data-command="([^"]+)"\s+data-measure="([^"]+)"\s*>/.exec(text);
    if (!found)
      throw new Error(`src/labs/${lab.id}/story.html begins with <p data-command="…" data-measure="…">`);
    const [opening, command, measure] = found;
    return { ...lab, command, measure, told: text.replace(opening, '<p>') };
  });
}

function labs() {
  return labIds().map((id) => {
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
  // Where a lab's head stands its code is fetched at once, before the page's own script asks for it.
  heads: () => each((lab) => `<div ${titled(lab)}><!-- code: ${lab.id} -->${lab.head}</div>`),
  titles: () => each((lab) => `<h1 class="sr" ${titled(lab)}>${lab.name} lab</h1>`),
  first: () => `<a href="./#lab=${labIds()[0]}">the first lab</a>`,
  check: () => `<a href="./#lab=${labIds()[0]}&only=device">Check this device</a>`,
  story: () =>
    stories()
      .map(
        ({ id, name, question, told }) => `<li class="card step" data-step="${id}">
<div><p class="quiet">${name}</p><h2><a href="./#lab=${id}">${question}</a></h2>${told}</div>
<div class="picture"></div></li>`,
      )
      .join('\n'),
  // What a reader of a lab may go on to: the next question, and after the last all of them.
  next: () =>
    each(({ id }) => {
      const all = labs();
      const next = all[all.findIndex((lab) => lab.id === id) + 1];
      const link = next ? `#lab=${next.id}` : 'story.html';
      return `<p data-of="${id}">Next: <a href="${link}">${next?.question ?? 'all six questions'}</a></p>`;
    }),
  questions: () => each(({ id, question }) => `<p class="question" data-of="${id}">${question}</p>`),
};

/** Links to the files of a lab's code: what its root element and its table are bundled into, and what these import. */
function code(bundle, id) {
  const files = new Set();
  const add = (file) => {
    const { imports = [] } = files.has(file) ? {} : (files.add(file), bundle[file]);
    imports.forEach(add);
  };
  for (const [file, { facadeModuleId }] of Object.entries(bundle)) {
    if (facadeModuleId?.endsWith(`/labs/${id}/app.ts`) || facadeModuleId?.endsWith(`virtual:table/${id}`))
      add(file);
  }
  const styles = new Set([...files].flatMap((file) => [...(bundle[file].viteMetadata?.importedCss ?? [])]));
  return [
    ...[...styles].map((file) => `<link rel="preload" as="style" href="./${file}" crossorigin>`),
    ...[...files].map((file) => `<link rel="modulepreload" href="./${file}" crossorigin>`),
  ].join('');
}

/** Plugins for vite: what the pages say, and which files they will ask for. */
export const heads = () => [
  {
    name: 'heads',
    transformIndexHtml: (html) =>
      html.replace(/<!-- labs: (\w+) -->/g, (_, part) => {
        if (!Object.hasOwn(PARTS, part)) throw new Error(`no page says “${part}” of the labs`);
        return PARTS[part]();
      }),
  },
  {
    name: 'code',
    transformIndexHtml: {
      order: 'post',
      handler: (html, { bundle, filename }) =>
        html.replace(/<!-- code: (\w+) -->/g, (_, id) =>
          bundle && filename.endsWith('index.html') ? code(bundle, id) : '',
        ),
    },
  },
];
