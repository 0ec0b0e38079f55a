/** The page: which lab is on show, and the navigation between them. */

import './ui/translation';
import './ui/styles.css';
import type { LabPage } from './page/lab-page';
import { labOf } from './engine/lab-of';
import { Labs, showHead } from './labs';

const place = document.querySelector('#place') as HTMLElement;
const links = [...document.querySelectorAll<HTMLAnchorElement>('nav a[data-lab]')];
const followed = new WeakSet<LabPage>();

/** A link leads back to the lab as the reader left it. */
function updateLinks(lab: LabPage): void {
  for (const link of links) if (link.dataset.lab === lab.lab) link.hash = lab.fragment;
}

let first = true;
const labs = new Labs(place, {
  embedded: false,
  onShow: (lab) => {
    // Whoever does not see the page change learns it from its new heading.
    const heading = document.querySelector<HTMLElement>('h1');
    if (heading && !first) {
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
    }
    first = false;
    if (followed.has(lab)) return;
    followed.add(lab);
    lab.client.listen((report) => {
      if (report.type === 'settled') updateLinks(lab);
    });
  },
});

// The page's own inline script has done this already, unless its server's policy forbids that.
showHead(labOf(location.hash));
void labs.start();
