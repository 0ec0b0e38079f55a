import type { LabId } from './types';

const KNOWN: readonly string[] = ['copy', 'encodings', 'sequence'] satisfies LabId[];

/** The lab that a link names. What the engine would not take either leads to the copy lab, which says so. */
export function labOf(hash: string): LabId {
  const asked = new URLSearchParams(hash.replace(/^#/, '')).get('lab') ?? '';
  return KNOWN.includes(asked) ? (asked as LabId) : 'copy';
}
