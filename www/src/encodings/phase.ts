import { html, type TemplateResult } from 'lit';
import type { EncodingsContext } from './context';

export function phasePart(_context: EncodingsContext): TemplateResult {
  return html``;
}
