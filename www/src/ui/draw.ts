/**
 * Drawing that stays out of the training's way: an element is drawn at most once a frame, and only while it
 * is in view. What changes meanwhile is drawn when it comes into view.
 */
export class Draw {
  private seen = false;
  private dirty = false;
  private frame = 0;
  private readonly watcher = new IntersectionObserver(
    (entries) => {
      this.seen = entries.at(-1)?.isIntersecting ?? false;
      if (this.seen && this.dirty) this.ask();
      this.onSeen?.(this.seen);
    },
    { rootMargin: '100px' },
  );

  constructor(
    private readonly element: Element,
    private readonly draw: () => void,
    private readonly onSeen?: (seen: boolean) => void,
  ) {}

  get visible(): boolean {
    return this.seen;
  }

  start(): void {
    this.watcher.observe(this.element);
  }

  stop(): void {
    this.watcher.disconnect();
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.seen = false;
  }

  /** What is shown has changed. */
  ask(): void {
    this.dirty = true;
    if (!this.seen || this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      if (!this.seen) return;
      this.dirty = false;
      this.draw();
    });
  }
}
