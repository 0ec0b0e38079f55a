/** Values that a slider passes through before the engine has settled them. */

/** While a slider moves, its value is sent at most this often. */
const SEND_MS = 50;
/** A value that the engine made into another one is shown as it was sent for this long at most. */
const SETTLE_MS = 700;

interface Draft {
  value: string;
  /** When the slider was let go; null while it moves. */
  released: number | null;
  sent: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class PendingEdits {
  private readonly edits = new Map<string, Draft>();

  constructor(
    private readonly change: (name: string, value: string) => void,
    private readonly redraw: () => void,
  ) {}

  /** What the slider of `name` shows: where the reader has it, or else the settled value. */
  shown(name: string, settled: string): string {
    const draft = this.edits.get(name);
    if (!draft) return settled;
    const done =
      draft.released !== null &&
      (Number(settled) === Number(draft.value) || performance.now() - draft.released > SETTLE_MS);
    if (done) this.edits.delete(name);
    return done ? settled : draft.value;
  }

  /** The slider moves. */
  drag(name: string, value: string): void {
    const draft = this.edits.get(name) ?? { value, released: null, sent: -Infinity, timer: undefined };
    this.edits.set(name, Object.assign(draft, { value, released: null }));
    const wait = draft.sent + SEND_MS - performance.now();
    if (wait <= 0) this.send(name, draft);
    else draft.timer ??= setTimeout(() => this.send(name, draft), wait);
    this.redraw();
  }

  /** The slider was let go, or moved by a key: this value counts. */
  release(name: string, value: string): void {
    this.drag(name, value);
    const draft = this.edits.get(name);
    if (!draft) return;
    if (draft.timer !== undefined) this.send(name, draft);
    draft.released = performance.now();
    setTimeout(this.redraw, SETTLE_MS + SEND_MS);
  }

  private send(name: string, draft: Draft): void {
    clearTimeout(draft.timer);
    draft.timer = undefined;
    draft.sent = performance.now();
    this.change(name, draft.value);
  }
}
