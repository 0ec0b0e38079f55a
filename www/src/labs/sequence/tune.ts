/** Plays a melody with the browser's own synthesiser. Nothing sounds before the reader asks for it. */

import { pitch } from './symbols';

const NOTE_S = 0.34;
const REST_S = 0.2;
const LOUDNESS = 0.18;
/** Notes begin and end softly, or they would click. */
const RAMP_S = 0.02;
/** Time for the device to wake up. */
const LEAD_S = 0.08;

export class Tune {
  private context: AudioContext | null = null;
  private timers: ReturnType<typeof setTimeout>[] = [];

  get playing(): boolean {
    return this.context !== null;
  }

  static get possible(): boolean {
    return typeof AudioContext === 'function';
  }

  /** `on` hears which symbol sounds; null at the end, also at an early one. */
  play(symbols: readonly string[], on: (index: number | null) => void): void {
    this.stop();
    const context = new AudioContext();
    this.context = context;
    let at = LEAD_S;
    symbols.forEach((symbol, index) => {
      const frequency = pitch(symbol);
      this.timers.push(setTimeout(() => on(index), at * 1000));
      if (frequency !== null) note(context, frequency, context.currentTime + at);
      at += frequency === null ? REST_S : NOTE_S;
    });
    this.timers.push(
      setTimeout(() => {
        this.stop();
        on(null);
      }, at * 1000),
    );
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers = [];
    void this.context?.close();
    this.context = null;
  }
}

function note(context: AudioContext, frequency: number, begin: number): void {
  const end = begin + NOTE_S * 0.92;
  const oscillator = new OscillatorNode(context, { type: 'triangle', frequency });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0, begin);
  gain.gain.linearRampToValueAtTime(LOUDNESS, begin + RAMP_S);
  gain.gain.setValueAtTime(LOUDNESS, end - 4 * RAMP_S);
  gain.gain.linearRampToValueAtTime(0, end);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(begin);
  oscillator.stop(end);
}
