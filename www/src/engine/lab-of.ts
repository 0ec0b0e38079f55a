import { LABS, type LabId } from './generated';
import { paramsOf } from './params-of';

/** The lab that a link names. What the engine would not take either leads to the first lab, which says so. */
export function labOf(hash: string): LabId {
  const asked = paramsOf(hash).get('lab');
  return LABS.find((lab) => lab === asked) ?? LABS[0];
}
