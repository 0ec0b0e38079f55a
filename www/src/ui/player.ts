/** Moves on by itself, one place after the other; more slowly for readers who asked for less motion. */

const stillness = matchMedia('(prefers-reduced-motion: reduce)');

interface Course {
  at: number;
  last: number;
  /** What is shown is for `at`: the next place waits for it, so that none is left out. */
  ready: boolean;
  go: (at: number) => void;
}

export class Player {
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly course: () => Course,
    private readonly redraw: () => void,
    /** A place is shown for so long; and with less motion. */
    private readonly ms: { tick: number; calm: number },
  ) {}

  get playing(): boolean {
    return this.timer !== undefined;
  }

  play(): void {
    const { at, last, go } = this.course();
    if (last === 0) return;
    if (at >= last) go(0);
    this.timer = setInterval(() => this.tick(), stillness.matches ? this.ms.calm : this.ms.tick);
    this.redraw();
  }

  stop(): void {
    if (!this.playing) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.redraw();
  }

  toggle(): void {
    if (this.playing) this.stop();
    else this.play();
  }

  /** By hand: whoever takes hold of it stops it. */
  pick(to: number): void {
    this.stop();
    const { at, last, go } = this.course();
    const wanted = Math.min(last, Math.max(0, Math.round(to)));
    if (wanted !== at) go(wanted);
  }

  private tick() {
    const { at, last, ready, go } = this.course();
    if (!ready) return;
    if (at >= last) this.stop();
    else go(at + 1);
  }
}
