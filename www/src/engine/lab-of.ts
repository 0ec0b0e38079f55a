import { LABS, type LabId } from './generated';

/** The lab that a link names. What the engine would not take either leads to the first lab, which says so. */
export function labOf(hash: string): LabId {
  const asked = new URLSearchParams(hash.replace(/^#/, '')).get('lab');
  return LABS.find((lab) => lab === asked) ?? LABS[0];
}
