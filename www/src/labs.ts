/**
 * Which labs there are, and which of them is on show: the one that the address names. A lab's code is loaded when it is
 * first asked for. A lab that the reader leaves keeps its settings and its run, which waits; each has a worker of its
 * own, so that giving up the preparing of one leaves the other alone.
 */

import { table } from 'virtual:tables';
import type { Table } from './engine/early';
import type { LabId } from './engine/types';
import { labOf } from './engine/lab-of';
import { compiledModule } from './engine/module';
import { paramsOf } from './engine/params-of';
import type { HandedOver, OtherLab } from './page/files';
import type { LabPage } from './page/lab-page';

/** What has a name of its own for every version may be gone after a new one. */
const GONE = 'There may be a newer version of it: reload the page.';

/** The address with other settings. What it says of a run's first losses is of that run. */
function over(address: string, values: [string, string][]): string {
  const params = paramsOf(address);
  params.delete('check');
  for (const [name, value] of values) params.set(name, value);
  return `#${params.toString().replaceAll('%2C', ',')}`;
}

/** Every lab's folder has its root element as the default of `app.ts`. */
const load = (lab: LabId) =>
  Promise.all([import(`./labs/${lab}/app.ts`) as Promise<{ default: new () => LabPage }>, table(lab)]);

/**
 * Shows what the page says about `lab`, and marks it in the navigation. What is about the others rests in templates, so
 * that no heading is there twice.
 */
export function showHead(lab: LabId): void {
  for (const rest of document.querySelectorAll<HTMLTemplateElement>('template[data-of]')) {
    if (rest.dataset.of === lab) rest.replaceWith(rest.content);
  }
  for (const part of document.querySelectorAll<HTMLElement>('[data-of]:not(template)')) {
    if (part.dataset.of === lab) {
      if (part.dataset.title) document.title = part.dataset.title;
      continue;
    }
    const rest = document.createElement('template');
    rest.dataset.of = part.dataset.of;
    part.replaceWith(rest);
    rest.content.append(part);
    part.hidden = false;
  }
  for (const link of document.querySelectorAll('nav a[data-lab]')) {
    if (link.getAttribute('data-lab') === lab) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

export interface LabsOptions {
  /** Inside another page: the lab leaves address, keys and storage alone, and one that is left is ended. */
  embedded: boolean;
  /** A lab has come on show, or its settings have changed. */
  onShow: (lab: LabPage) => void;
}

export class Labs {
  current: LabPage | null = null;
  private readonly visited = new Map<LabId, LabPage>();
  /** Where the page stood when a lab was left. */
  private readonly scrolled = new Map<LabId, number>();
  private seen = true;
  private asked = 0;

  constructor(
    private readonly place: HTMLElement,
    private readonly options: LabsOptions,
  ) {
    // A frame whose sandbox takes its origin from it can have no worker: there the words stay (`public/start.js`).
    if (self.origin !== 'null' || location.protocol === 'file:') document.querySelector('#stuck')?.remove();
  }

  /** Follows the address from now on, if anything can start here. */
  async start(): Promise<void> {
    if (document.querySelector('#stuck')) return;
    addEventListener('hashchange', () => void this.follow());
    // Of a lab's own code `show` tells.
    addEventListener('vite:preloadError', () => this.current && this.warn());
    await this.follow();
    // It does not share the line with the controls' code; why it does not come, the worker finds.
    compiledModule().catch(() => {});
  }

  /** Whether the reader can see the place. */
  setVisible(seen: boolean): void {
    this.seen = seen;
    this.current?.setVisible(seen);
  }

  private async follow(): Promise<void> {
    const lab = labOf(location.hash);
    const link = location.hash;
    const page = await this.show(lab);
    // A later address may have been read meanwhile.
    if (page && page === this.current && link === location.hash) page.read(link);
  }

  /** Null if the lab could not be loaded, or another was asked for meanwhile. */
  private async show(lab: LabId): Promise<LabPage | null> {
    const mine = ++this.asked;
    if (this.current?.lab === lab) return this.current;
    showHead(lab);
    let page = this.visited.get(lab);
    const fresh = !page;
    if (!page) {
      if (this.current) this.showStatus('Starting: loading the lab.');
      try {
        const [{ default: Page }, known] = await load(lab);
        if (mine !== this.asked) return null;
        page = this.make(lab, Page, known);
      } catch {
        if (mine === this.asked) this.showStatus(`The lab could not be loaded. ${GONE}`);
        return null;
      }
      if (mine !== this.asked) return null;
    }
    this.leave();
    this.current = page;
    this.place.replaceChildren(page);
    if (fresh) this.watch(page);
    page.setVisible(this.seen);
    this.options.onShow(page);
    if (!this.options.embedded) scrollTo({ top: this.scrolled.get(lab) ?? 0 });
    return page;
  }

  private make(lab: LabId, Page: new () => LabPage, known: Table): LabPage {
    const page = new Page();
    page.table = known;
    page.id = 'lab';
    page.className = 'lab';
    page.toggleAttribute('embedded', this.options.embedded);
    page.dataset.state = 'starting';
    page.addEventListener('other-lab', (event) => this.openElsewhere(event as OtherLab));
    this.visited.set(lab, page);
    return page;
  }

  /** A lab whose engine does not start gives way to the words that say why, whatever is hidden in it. */
  private watch(page: LabPage): void {
    const unlisten = page.client.listen((report) => {
      if (report.type === 'described') return unlisten();
      if (report.type !== 'failed') return;
      unlisten();
      this.visited.delete(page.lab);
      if (this.current === page) this.showStatus(report.error.message);
    });
  }

  /** Something that a lab needs only now is gone. */
  private warn(): void {
    if (document.querySelector('#gone')) return;
    const words = document.createElement('p');
    words.id = 'gone';
    words.className = 'notice warn';
    words.role = 'alert';
    words.textContent = `A part of this page could not be loaded. ${GONE} What you want to keep, save first.`;
    this.place.before(words);
  }

  /** Takes what is on show out of the page. */
  private leave(): void {
    const { current } = this;
    if (!current) return;
    this.scrolled.set(current.lab, scrollY);
    document.querySelector('#came')?.remove();
    current.remove();
    if (this.options.embedded) {
      current.client.close();
      this.visited.delete(current.lab);
    }
    this.current = null;
  }

  private showStatus(text: string): void {
    this.leave();
    const status = document.createElement('p');
    status.className = 'boot';
    status.role = 'status';
    status.textContent = text;
    this.place.replaceChildren(status);
  }

  /** What is for another lab is opened there, in its settings as the reader left them. Back leads to where it came from. */
  private openElsewhere(event: OtherLab): void {
    event.preventDefault();
    const { lab, file, handed } = event.detail;
    const known = this.visited.get(lab)?.fragment ?? `#lab=${lab}`;
    const link = handed ? over(known, handed.values) : known;
    history[this.options.embedded ? 'replaceState' : 'pushState'](history.state, '', link);
    void this.follow().then(async () => {
      const { current } = this;
      if (current?.lab !== lab) return;
      if (file) await current.takeFile(file, handed?.kind);
      if (handed) await this.say(current, handed);
    });
  }

  /** Before the part that shows it, what came from another lab. */
  private async say(page: LabPage, { part, about }: HandedOver): Promise<void> {
    await page.updateComplete;
    document.querySelector('#came')?.remove();
    const [id, className, textContent] = ['came', 'notice good', `Taken along: ${about}.`];
    const words = Object.assign(document.createElement('p'), { id, className, textContent, role: 'note' });
    (page.querySelector(`[data-part=${part}]`) ?? page).before(words);
    page.goToPart(part);
    words.scrollIntoView({ block: 'start' });
  }
}
