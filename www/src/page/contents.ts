/** What stands on the page, as a line that stays in view and follows the reader. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Part } from '../engine/types';
import './contents.css';

/** The run bar stays in view by itself. */
const AROUND: ReadonlySet<string> = new Set(['run']);

export class Contents {
  /** The parts on the page, in its order. */
  private listed: string[] = [];
  /** The part that is read. */
  private current = '';
  private watched: Element[] = [];
  private watcher: IntersectionObserver | null = null;

  constructor(
    private readonly host: HTMLElement,
    private readonly redraw: () => void,
  ) {}

  stop(): void {
    this.watcher?.disconnect();
    this.watcher = null;
    this.watched = [];
  }

  /** After every drawing: what there is to list and to follow. A part's own box is that of its children. */
  follow(): void {
    const parts = [...this.host.querySelectorAll<HTMLElement>('[data-part]')].filter(
      ({ dataset, firstElementChild }) => firstElementChild && !AROUND.has(dataset.part ?? ''),
    );
    const listed = parts.map(({ dataset }) => dataset.part ?? '');
    if (listed.join() !== this.listed.join()) {
      this.listed = listed;
      this.redraw();
    }
    // Beside the others the settings always cross the line.
    const boxes = parts
      .filter(({ dataset }) => dataset.part !== 'settings')
      .flatMap((part) => [...part.children]);
    if (boxes.length === this.watched.length && boxes.every((box, at) => box === this.watched[at])) return;
    this.stop();
    this.watched = boxes;
    // What crosses a line somewhat below the top is what is read.
    this.watcher = new IntersectionObserver(
      (entries) => {
        const found = entries.findLast(({ isIntersecting }) => isIntersecting)?.target;
        const id = found?.closest<HTMLElement>('[data-part]')?.dataset.part ?? this.current;
        if (id === this.current) return;
        this.current = id;
        this.redraw();
      },
      { rootMargin: '-25% 0px -74% 0px' },
    );
    for (const box of boxes) this.watcher.observe(box);
  }

  view(parts: readonly Part[], go: (id: string) => void, more: TemplateResult): TemplateResult {
    return html`<nav class="contents" aria-label="On this page">
      <ul>
        ${this.listed.map((id) => {
          const part = parts.find((known) => known.id === id);
          return html`<li>
            <button
              type="button"
              data-to=${id}
              title=${part?.help ?? ''}
              aria-current=${id === this.current ? 'true' : nothing}
              @click=${() => {
                this.current = id;
                go(id);
                this.redraw();
              }}
            >
              ${part?.label ?? id}
            </button>
          </li>`;
        })}
      </ul>
      ${more}
    </nav>`;
  }
}
