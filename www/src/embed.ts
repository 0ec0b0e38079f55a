/**
 * The lab inside another page. Loads the engine once the reader sees it, pauses while it is out of view, tells the
 * page around how tall it is and what it does, and stores nothing.
 */

import './styles.css';
import './embed.css';
import type { MnemoscopeApp } from './app';
import { labAddress } from './address';

const place = document.querySelector('#place') as HTMLElement;
const main = document.querySelector('main') as HTMLElement;
const open = document.querySelector('#open') as HTMLAnchorElement;
/** A reader who asks for less motion starts things by hand. */
const still = matchMedia('(prefers-reduced-motion: reduce)').matches;

let autostart = false;
let lab: MnemoscopeApp | null = null;

/**
 * What is for this page is taken out of the fragment, the rest is the lab's. `autostart` moves to the entry's state,
 * where a reload finds it.
 */
function readFragment(fresh: boolean): void {
  const asked = new URLSearchParams(location.hash.slice(1));
  autostart = asked.has('autostart')
    ? asked.get('autostart') !== '0'
    : !fresh && history.state === 'autostart';
  asked.delete('autostart');
  const hide = asked.get('hide')?.split(',') ?? [];
  // Whoever is not started automatically must have the button.
  if (autostart && still) asked.set('hide', hide.filter((part) => part !== 'run').join(','));
  if (!asked.get('hide')) asked.delete('hide');
  const link = asked.toString().replaceAll('%2C', ',');
  history.replaceState(autostart ? 'autostart' : null, '', `#${link}`);
  const head = document.querySelector<HTMLElement>('[data-part=head]');
  if (head) head.hidden = hide.includes('head');
  asked.delete('hide');
  open.href = labAddress(asked.toString().replaceAll('%2C', ','));
}

/** The page around may be of any origin; nothing told is secret. */
function tell(message: { mnemoscope: string; [name: string]: unknown }): void {
  if (parent !== window) parent.postMessage(message, '*');
}

let told = 0;
new ResizeObserver(() => {
  const height = Math.ceil(document.body.getBoundingClientRect().height);
  if (height === told) return;
  told = height;
  tell({ mnemoscope: 'height', height });
}).observe(document.body);

async function load(): Promise<void> {
  place.querySelector('.boot')?.replaceChildren('Starting: loading the engine.');
  try {
    await import('./app');
  } catch {
    place
      .querySelector('.boot')
      ?.replaceChildren('The lab could not be loaded. Reload the page, or open it by the link below.');
    return;
  }
  lab = document.createElement('mnemoscope-app') as MnemoscopeApp;
  lab.id = 'lab';
  lab.toggleAttribute('embedded', true);
  place.replaceChildren(lab);
  lab.see(seen);
  follow(lab);
}

/** Tells what the lab does, whenever that changes. */
function follow(lab: MnemoscopeApp): void {
  const { client } = lab;
  let said = '';
  let started = false;
  let steps = 0;
  client.listen((report) => {
    if (report.type === 'settled') {
      open.href = labAddress(report.settled.link);
      if (autostart && !still && !started) client.train();
      started = true;
    }
    if (report.type === 'opened') steps = report.about.steps;
    if (client.activity === said) return;
    said = client.activity;
    // The lab draws first, so that its step is the one that is told.
    void lab.updateComplete.then(() =>
      tell({ mnemoscope: 'state', state: client.activity, step: Number(lab.dataset.step), steps }),
    );
    if (said === 'finished') {
      void client.results().then(
        (results) => tell({ mnemoscope: 'finished', results }),
        // Another run has taken its place meanwhile.
        () => {},
      );
    }
  });
}

let seen = false;
let asked = false;
// Also in a frame of another origin this is measured against what the reader sees.
new IntersectionObserver((entries) => {
  seen = entries.at(-1)?.isIntersecting ?? false;
  lab?.see(seen);
  if (!seen || asked) return;
  asked = true;
  void load();
}).observe(main);

readFragment(false);
// Before the lab's own listener, which reads what is left.
addEventListener('hashchange', () => readFragment(true));
