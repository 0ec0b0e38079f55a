import { html, type TemplateResult } from 'lit';
import type { EncodingsContext } from './context';

export function lemmaPart(_context: EncodingsContext): TemplateResult {
  return html``;
}
