import { html, type TemplateResult } from 'lit';
import type { EncodingsContext } from './context';

export function experimentPart(_context: EncodingsContext): TemplateResult {
  return html``;
}
