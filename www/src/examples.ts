/** The page of examples: each snippet runs beside its own text, so that what is copied is what is seen. */

import './ui/styles.css';
import './embed.css';
import type { LabId } from './engine/types';
import { labOf } from './engine/lab-of';
import { paramsOf } from './engine/params-of';

/** Stands in the snippets for the address of this folder. */
const PLACEHOLDER = 'LAB/';
const home = new URL('.', document.baseURI).href;
/** Stands in the first snippet for the settings of the lab that the reader came from. */
const YOURS = 'YOURS';
/** What that snippet leaves out: the controls, and what is of no use to a reader of notes. Parts have names by lab. */
const HIDDEN = 'HIDDEN';
const LEFT_OUT: Partial<Record<LabId, string>> = { copy: 'settings, compare, cost, keep' };
/** Whoever made the link may have written anything into it: it must not end the attribute that it stands in. */
const yours = paramsOf(location.hash).toString().replaceAll('%2C', ',');

function copyButton(code: HTMLElement, title: string): HTMLElement {
  const box = document.createElement('p');
  box.className = 'copy';
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Copy';
  button.setAttribute('aria-label', `Copy the snippet “${title}”`);
  const status = document.createElement('span');
  status.setAttribute('role', 'status');
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      status.textContent = 'Copied.';
    } catch {
      // Without the permission: the text is marked, so that the reader's own Copy takes it.
      getSelection()?.selectAllChildren(code);
      status.textContent = 'Marked. Copy it with your keyboard.';
    }
  });
  box.append(button, status);
  return box;
}

for (const origin of document.querySelectorAll<HTMLElement>('[data-origin]')) {
  origin.textContent = new URL(home).origin;
}

const first = document.querySelector<HTMLElement>('[data-id=yours]');
if (first) first.hidden = yours === '';

for (const example of document.querySelectorAll<HTMLElement>('.example:not([hidden])')) {
  const code = example.querySelector('code:is(pre > code)') as HTMLElement | null;
  if (!code) continue;
  code.textContent = code.textContent
    .replaceAll(PLACEHOLDER, home)
    .replace(HIDDEN, LEFT_OUT[labOf(location.hash)] ?? 'settings, keep')
    .replace(YOURS, yours.replaceAll('&', '&amp;'));
  const title = example.querySelector('h2')?.textContent ?? '';
  code.parentElement?.after(copyButton(code, title));
  const live = document.createElement('div');
  live.className = 'live';
  live.innerHTML = code.textContent;
  example.append(live);
}

// Text set through innerHTML runs no script, so the script tag of the first snippet is made here.
const script = document.createElement('script');
script.src = new URL('mnemoscope-lab.js', home).href;
document.head.append(script);
