/** Numbers as a reader wants them. */

import { brief } from './text';

/** Anything from zero, as a loss. */
export function amount(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (value >= 1e4) return brief(value, 2);
  return value >= 0.01 ? value.toFixed(2) : String(Number(value.toPrecision(2)));
}

export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined) return '–';
  const value = share * 100;
  // 99.96 % must not read as 100 %.
  if (value > 99 && value < 100) return (Math.floor(value * 10) / 10).toFixed(1);
  return value.toFixed(value < 10 && value > 0 ? 1 : 0);
}

export function count(value: number): string {
  // The sum makes zero of minus zero.
  return (Math.round(value) + 0).toLocaleString('en');
}

export function bytes(value: number): string {
  if (value < 1024 * 1024) return `${(value / 1024).toFixed(0)} KiB`;
  return `${(value / 1024 / 1024).toFixed(1)} MiB`;
}

export function rate(stepMs: number): string {
  if (!(stepMs > 0)) return '–';
  const perSecond = 1000 / stepMs;
  return perSecond >= 100 ? count(perSecond) : perSecond.toPrecision(2);
}

export function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

/** What a link carries may be of any length; this much of it tells the reader which part is meant. */
const MOST_LETTERS = 60;

export function shortened(text: string, most = MOST_LETTERS): string {
  const start = text.slice(0, most);
  // Half of a surrogate pair is no letter.
  return text.length <= most ? text : `${start.replace(/[\ud800-\udbff]$/, '')}…`;
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}
