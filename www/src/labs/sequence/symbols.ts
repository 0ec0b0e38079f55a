/** Symbols as readers see and hear them. */

import type { Values } from '../../engine/types';

const UNSEEN: Record<string, string> = { ' ': '␣', '\n': '⏎', '\r': '⏎', '\t': '⇥' };

/** Symbols as a text that the settings split into the same symbols again. Those of a random sequence are numbers. */
export function joined(symbols: readonly string[], { source, split }: Values): string {
  return symbols.join(source !== 'random' && split === 'characters' ? '' : ' ');
}

/** A symbol as it can be seen: a space is one too. */
export function symbolText(symbol: string): string {
  return UNSEEN[symbol] ?? symbol;
}

/** A symbol as a screen reader says it. */
export function spoken(symbol: string): string {
  return symbol === ' ' ? 'space' : symbol;
}

const SEMITONES: Record<string, number> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };
const SHARPER: Record<string, number> = { '#': 1, '♯': 1, b: -1, '♭': -1 };

/** Frequency in hertz of a pitch in scientific notation ("A4", "F#3", "Bb5"), at equal temperament; null if it is none. */
export function pitch(symbol: string): number | null {
  const [, letter, accidental = '', octave] = /^([A-G])([#♯b♭]?)([0-8])$/.exec(symbol) ?? [];
  if (letter === undefined || octave === undefined) return null;
  const semitone = (SEMITONES[letter] ?? 0) + (SHARPER[accidental] ?? 0);
  return 440 * 2 ** ((12 * (Number(octave) + 1) + semitone - 69) / 12);
}

/** Bar lines and rests stand between notes. */
const REST = /^[|\-_.]$/;

/** Whether a sequence can be played: notes, with nothing between them but bar lines and rests. */
export function melodic(symbols: readonly string[]): boolean {
  const notes = symbols.filter((symbol) => pitch(symbol) !== null);
  return notes.length > 1 && symbols.every((symbol) => pitch(symbol) !== null || REST.test(symbol));
}
