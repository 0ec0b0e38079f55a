/** Symbols of the strip appear one after the other, as the machine took them in. */

/** A symbol is on its way for so long; a long sequence as a whole takes no longer than `REVEAL_MS`. */
const SYMBOL_MS = 110;
const REVEAL_MS = 4000;

const stillness = matchMedia('(prefers-reduced-motion: reduce)');

export class Playback {
  /** How many of the symbols on show have appeared; all once it is null. */
  private appeared: number | null = null;
  private frame = 0;

  /** Where the strip is. */
  private part: ParentNode | null = null;

  /** `changed` is called when all have appeared. */
  constructor(private readonly changed: () => void) {}

  get running(): boolean {
    return this.appeared !== null;
  }

  begin(total: number): void {
    if (total === 0 || stillness.matches || document.hidden) return;
    const each = Math.min(SYMBOL_MS, REVEAL_MS / total);
    const began = performance.now();
    this.appeared = 0;
    const turn = () => {
      const appeared = Math.floor((performance.now() - began) / each);
      if (appeared >= total) return this.end();
      this.appeared = appeared;
      this.hideWaiting();
      this.frame = requestAnimationFrame(turn);
    };
    this.frame = requestAnimationFrame(turn);
  }

  /** All at once: at the end, and for readers who do not want to wait. */
  readonly end = (): void => {
    cancelAnimationFrame(this.frame);
    if (this.appeared === null) return;
    this.appeared = null;
    this.hideWaiting();
    this.changed();
  };

  /** The strip was drawn, here. */
  show(part: ParentNode): void {
    this.part = part;
    this.hideWaiting();
  }

  /** Marks the symbol that is heard. */
  sound(index: number | null): void {
    this.toggle('data-sounding', (i) => i === index);
  }

  /** Hides what is still to come, without drawing the strip anew. */
  private hideWaiting(): void {
    const { appeared } = this;
    this.toggle('data-waiting', (i) => appeared !== null && i > appeared);
  }

  private toggle(attribute: string, on: (index: number) => boolean): void {
    this.part?.querySelectorAll('.course > li').forEach((item, i) => item.toggleAttribute(attribute, on(i)));
  }
}
