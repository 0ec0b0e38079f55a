/**
 * The lab inside another page. Loads the engine once the reader sees it, pauses while it is out of view, tells the
 * page around how tall it is and what it does, and stores nothing.
 */

import './ui/translation';
import './ui/styles.css';
import './embed.css';
import { labAddress } from './ui/address';
import { unfoldAll } from './ui/fold';
import { THEME } from './ui/theme';
import type { LabPage } from './page/lab-page';
import { labOf } from './engine/lab-of';
import { paramsOf } from './engine/params-of';
import { Labs, showHead } from './labs';

const place = document.querySelector('#place') as HTMLElement;
const main = document.querySelector('main') as HTMLElement;
const open = document.querySelector('#open') as HTMLAnchorElement;
/** A reader who asks for less motion starts things by hand. */
const still = matchMedia('(prefers-reduced-motion: reduce)').matches;

unfoldAll();

let autostart = false;

/** What the fragment asks of this page, apart from the lab. */
interface Asked {
  autostart: boolean;
  /** The page around may have one scheme only, whatever the reader's. */
  theme: 'light' | 'dark' | null;
}

/**
 * What is for this page is taken out of the fragment, the rest is the lab's. It moves to the entry's state, where a
 * reload finds it.
 */
function readFragment(fresh: boolean): void {
  const given = paramsOf(location.hash);
  const before = fresh ? null : (history.state as Asked | null);
  const start = given.get('autostart');
  const scheme = given.get('theme');
  const own: Asked = {
    autostart: start === null ? (before?.autostart ?? false) : start !== '0',
    theme: scheme === 'light' || scheme === 'dark' ? scheme : (before?.theme ?? null),
  };
  autostart = own.autostart;
  given.delete('autostart');
  given.delete('theme');
  const namesOf = (list: string) => given.get(list)?.split(',').filter(Boolean) ?? [];
  const set = (list: string, names: string[]) =>
    names.length ? given.set(list, names.join(',')) : given.delete(list);
  let [hide, only] = [namesOf('hide'), namesOf('only')];
  // Whoever is not started automatically must have the button.
  if (autostart && still) {
    hide = hide.filter((part) => part !== 'run');
    if (only.length) only = [...only, 'run'];
  }
  set('hide', hide);
  set('only', only);
  // Commas need no escape in a fragment, and links read better without.
  const link = () => given.toString().replaceAll('%2C', ',');
  history.replaceState(own, '', `#${link()}`);
  set('hide', []);
  set('only', []);
  open.href = labAddress(link());
  showHead(labOf(location.hash));
  const head = document.querySelector<HTMLElement>('[data-part=head]');
  if (head) head.hidden = hide.includes('head') || (only.length > 0 && !only.includes('head'));
  paint(own.theme);
}

const DARK = 'prefers-color-scheme: dark';
/** The style sheets' rules for a dark scheme, with their own condition, which is overwritten. */
const darkRules = new Map<CSSMediaRule, string>();
let theme: Asked['theme'] = null;

/** Null leaves it to the reader's own scheme again. */
function paint(wanted: Asked['theme']): void {
  if (wanted === null && theme === null) return;
  theme = wanted;
  for (const rule of [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])) {
    if (rule instanceof CSSMediaRule && rule.conditionText.includes(DARK))
      darkRules.set(rule, rule.conditionText);
  }
  for (const [rule, own] of darkRules)
    rule.media.mediaText = theme === null ? own : theme === 'dark' ? 'all' : 'not all';
  document.documentElement.style.colorScheme = theme ?? '';
  // Figures have colours of their own to change.
  dispatchEvent(new Event(THEME));
}

/** The page around may be of any origin; nothing told is secret. */
function postToHost(message: { mnemoscope: string; [name: string]: unknown }): void {
  if (parent !== window) parent.postMessage(message, '*');
}

let postedHeight = 0;
new ResizeObserver(() => {
  const height = Math.ceil(document.body.getBoundingClientRect().height);
  if (height === postedHeight) return;
  postedHeight = height;
  postToHost({ mnemoscope: 'height', height });
}).observe(document.body);

const labs = new Labs(place, { embedded: true, onShow: follow });

/** Tells what the lab does, whenever that changes. */
function follow(lab: LabPage): void {
  // Its own style sheets have come with it.
  paint(theme);
  const { client } = lab;
  let posted = '';
  let started = false;
  let steps = 0;
  client.listen((report) => {
    if (report.type === 'settled') {
      open.href = labAddress(report.settled.link);
      if (autostart && !still && !started) client.train();
      started = true;
    }
    if (report.type === 'opened') steps = report.about.steps;
    if (client.activity === posted) return;
    posted = client.activity;
    // The lab draws first, so that its step is the one that is reported.
    void lab.updateComplete.then(() =>
      postToHost({ mnemoscope: 'state', state: client.activity, step: Number(lab.dataset.step), steps }),
    );
    if (posted === 'finished') {
      void client.ask('run.results', {}).then(
        (results) => postToHost({ mnemoscope: 'finished', results }),
        // Another run has taken its place meanwhile.
        () => {},
      );
    }
  });
}

let asked = false;
// Also in a frame of another origin this is measured against what the reader sees.
new IntersectionObserver((entries) => {
  const seen = entries.at(-1)?.isIntersecting ?? false;
  labs.setVisible(seen);
  if (!seen || asked) return;
  asked = true;
  place.querySelector('.boot')?.replaceChildren('Starting: loading the engine.');
  void labs.start();
}).observe(main);

readFragment(false);
// Before the lab's own listener, which reads what is left.
addEventListener('hashchange', () => readFragment(true));
