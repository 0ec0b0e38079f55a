/**
 * `<mnemoscope-lab>`: the lab inside a page of course notes. Built as one classic script, because a script of
 * another origin then needs no permission from its server, as a module would. The lab itself runs in a
 * frame, out of reach of the page's styles and scripts, and the page out of reach of the lab.
 *
 * Styles are set through the CSSOM only, so that a Content-Security-Policy without `unsafe-inline` does.
 */

import { paramsOf } from './engine/params-of';

const NAME = 'mnemoscope-lab';
/** Attributes that are ours, not a setting. */
const OWN = new Set(['lab', 'link', 'hide', 'only', 'autostart', 'height', 'src', 'theme', 'title']);
/** Attributes that any element may have, or any frame. */
const GLOBAL =
  /^(accesskey|align|allow|allowfullscreen|autofocus|class|contenteditable|credentialless|crossorigin|csp|dir|draggable|enterkeyhint|exportparts|fetchpriority|frameborder|hidden|id|importance|inert|inputmode|is|item.*|key|lang|loading|marginheight|marginwidth|name|nonce|on.*|part|popover|ref|referrerpolicy|role|sandbox|scrolling|slot|spellcheck|srcdoc|style|tabindex|translate|writingsuggestions|xmlns)$/;
/** No setting's name has anything else in it; those that frameworks leave behind do (`_ngcontent-…`, `v-cloak`, `data-…`). */
const NAME_OF_SETTING = /^[a-z][a-z0-9_]*$/;

/** The width of a model is a number, `width="100%"` that of an element. */
const isSetting = ({ name, value }: Attr) =>
  NAME_OF_SETTING.test(name) &&
  !OWN.has(name) &&
  !GLOBAL.test(name) &&
  !(name === 'width' && /\D$/.test(value));

/** Until the lab says how tall it is. */
const FIRST_HEIGHT = 560;
const MOST_HEIGHT = 20_000;
/** A page of ours speaks as soon as it is there. One that the reader sees, and that is silent for so long, may never do. */
const SILENCE_MS = 8000;

const script =
  (document.currentScript as HTMLScriptElement | null) ??
  document.querySelector<HTMLScriptElement>('script[src*="mnemoscope-lab"]');
const HOME = script?.src ? new URL('.', script.src).href : document.baseURI;

const sheet = new CSSStyleSheet();
sheet.replaceSync(
  ':host{display:block;min-width:0}:host([hidden]){display:none}' +
    'p{margin:0;padding:.75rem;border:1px solid;font:1rem/1.5 system-ui,sans-serif}' +
    'iframe{display:block;box-sizing:border-box;width:100%;border:0;color-scheme:light dark;background:transparent}',
);

/** What the lab in a frame tells the page around it. */
type Message =
  | { mnemoscope: 'height'; height: number }
  | { mnemoscope: 'state'; state: string; step: number; steps: number }
  | { mnemoscope: 'finished'; results: unknown };

class MnemoscopeLab extends HTMLElement {
  private frame: HTMLIFrameElement | null = null;
  private shown = '';
  private changed = false;
  private heard = false;
  private silence: ReturnType<typeof setTimeout> | undefined;
  /** Not every browser tells of a frame that is kept out. */
  private readonly seen = new IntersectionObserver((entries) => {
    if (this.silence === undefined && entries.some(({ isIntersecting }) => isIntersecting))
      this.silence = setTimeout(() => this.explain(), SILENCE_MS);
  });
  private readonly watcher = new MutationObserver(() => this.change());
  private readonly listener = (event: MessageEvent<Message>) => this.onMessage(event);
  /** What the lab is doing, as in the event `lab-state`. */
  state = 'waiting';
  /** Results of the last race that came to its end, as in the event `lab-finished`. */
  results: unknown = null;

  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    const frame = document.createElement('iframe');
    this.frame = frame;
    // The browser itself does not load the frame before the reader is near it.
    frame.loading = 'lazy';
    frame.allow = 'clipboard-write';
    // A page that is isolated lets in what its server vouches for, and frames without the reader's cookies, which the lab has no use for.
    if (crossOriginIsolated && 'credentialless' in frame) frame.credentialless = true;
    this.heard = false;
    this.state = 'waiting';
    this.shown = this.address();
    frame.src = this.shown;
    this.apply();
    root.replaceChildren(frame);
    addEventListener('message', this.listener);
    this.watcher.observe(this, { attributes: true });
    this.seen.observe(this);
  }

  disconnectedCallback(): void {
    removeEventListener('message', this.listener);
    this.watcher.disconnect();
    this.seen.disconnect();
    clearTimeout(this.silence);
    this.silence = undefined;
    this.frame?.remove();
    this.frame = null;
  }

  /** The folder the lab is served from. */
  private get home(): URL {
    const given = this.getAttribute('src');
    return new URL(given ? given.replace(/\/?$/, '/') : HOME, document.baseURI);
  }

  /** What the lab is to show: `link` first, so that single attributes override it. */
  private get fragment(): string {
    const asked = paramsOf(this.getAttribute('link') ?? '');
    asked.set('lab', this.getAttribute('lab') ?? asked.get('lab') ?? 'copy');
    for (const attribute of this.attributes) {
      if (isSetting(attribute)) asked.set(attribute.name, attribute.value);
    }
    for (const list of ['hide', 'only']) {
      const names = this.getAttribute(list)?.split(/[\s,]+/);
      if (names) asked.set(list, names.filter(Boolean).join(','));
    }
    if (this.hasAttribute('autostart')) asked.set('autostart', '1');
    const theme = this.getAttribute('theme');
    if (theme) asked.set('theme', theme);
    // Commas need no escape in a fragment, and links read better without.
    return asked.toString().replaceAll('%2C', ',');
  }

  private address(): string {
    return new URL(`embed.html#${this.fragment}`, this.home).href;
  }

  /** Several attributes set in one turn are one change. */
  private change(): void {
    if (this.changed) return;
    this.changed = true;
    queueMicrotask(() => {
      this.changed = false;
      if (!this.frame) return;
      this.apply();
      const address = this.address();
      if (this.shown === address) return;
      this.shown = address;
      // Once loaded, another fragment does not load the page again, and must leave the reader's Back button alone.
      if (this.state === 'waiting') this.frame.src = address;
      else this.frame.contentWindow?.location.replace(address);
    });
  }

  private apply(): void {
    if (!this.frame) return;
    const fixed = Number.parseFloat(this.getAttribute('height') ?? '');
    const height = fixed > 0 ? fixed : Number.parseFloat(this.frame.style.height) || FIRST_HEIGHT;
    this.frame.style.height = `${height}px`;
    this.frame.title = this.getAttribute('title') ?? 'Mnemoscope: a lab that trains small sequence models';
  }

  private onMessage(event: MessageEvent<Message>): void {
    const frame = this.frame;
    // Only what our own frame says counts, and only while it shows our own page.
    if (!frame || event.source !== frame.contentWindow || event.origin !== this.home.origin) return;
    if (!this.heard) this.shadowRoot?.querySelector('p')?.remove();
    this.heard = true;
    const message = event.data;
    switch (message?.mnemoscope) {
      case 'height': {
        const height = Math.ceil(message.height);
        if (!this.hasAttribute('height') && height > 0 && height <= MOST_HEIGHT) {
          frame.style.height = `${height}px`;
        }
        return;
      }
      case 'state': {
        const { state, step, steps } = message;
        this.state = state;
        return this.emit('lab-state', { state, step, steps });
      }
      case 'finished':
        this.results = message.results;
        return this.emit('lab-finished', message.results);
    }
  }

  /** Says what keeps the frame from showing the lab: in the page, since the frame cannot. */
  private explain(): void {
    if (this.heard || !this.frame) return;
    // In plain letters: the script is read in whatever encoding the page around it has.
    const words = document.createElement('p');
    words.setAttribute('role', 'status');
    words.textContent = crossOriginIsolated
      ? `The lab at ${this.home.href} has not started here. This page is cross-origin isolated, and in this browser it then shows a ` +
        'frame only if its server sends, with every file of the lab, Cross-Origin-Embedder-Policy: require-corp and ' +
        'Cross-Origin-Resource-Policy: cross-origin.'
      : `The lab at ${this.home.href} has not started here: the address may be wrong, its server may not be there, or a policy of ` +
        'this page (frame-src, Cross-Origin-Embedder-Policy) keeps it out.';
    this.shadowRoot?.querySelector('p')?.remove();
    this.frame.before(words);
  }

  private emit(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

// A page may hold the script tag twice.
if (!customElements.get(NAME)) customElements.define(NAME, MnemoscopeLab);
