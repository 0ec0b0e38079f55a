/**
 * A formula in a line of text, as it stands in tables, files and the shell too, set for reading: variables are slanted, indices
 * and powers are small. It breaks where a line ends, as MathML would not.
 */

import { html, type TemplateResult } from 'lit';

/** An index or power, in brackets or of one piece; one of Unicode's own; letters in a row. */
const PIECES = new RegExp(
  [
    /(?<mark>[_^])(?:\((?<inner>[^()]*)\)|(?<one>[A-Za-z\d\p{Script=Greek}−]+))/u,
    /(?<raised>[²³¹⁰-ⁿʰ-ʸᴬ-ᵡ]+)/u,
    /(?<lowered>[₀-ₜᵢ-ᵥⱼ]+)/u,
    /(?<letters>[A-Za-z\p{Script=Greek}]+)/u,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gu',
);
/** A sum is no variable, nor is an article. */
const UPRIGHT = /^Σ|^a(?= [a-z]{2})/;
const GREEK = /\p{Script=Greek}/u;

export type Piece = { kind: 'text' | 'variable' | 'index' | 'power'; text: string };

/** The pieces of a formula, in order. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  const upTo = (index: number) => {
    if (index > end) found.push({ kind: 'text', text: text.slice(end, index) });
  };
  for (const match of text.matchAll(PIECES)) {
    upTo(match.index);
    end = match.index + match[0].length;
    const { mark, inner, one, raised, lowered, letters = '' } = match.groups ?? {};
    if (mark) found.push({ kind: mark === '_' ? 'index' : 'power', text: inner ?? one ?? '' });
    else if (raised) found.push({ kind: 'power', text: raised.normalize('NFKD') });
    else if (lowered) found.push({ kind: 'index', text: lowered.normalize('NFKD') });
    // Several Latin letters are a word; among Greek ones each is a variable.
    else {
      const variable =
        (letters.length === 1 || GREEK.test(letters)) && !UPRIGHT.test(text.slice(match.index));
      found.push({ kind: variable ? 'variable' : 'text', text: letters });
    }
  }
  upTo(text.length);
  return found;
}

/** Under translation only its words change. */
export const formula = (text: string): TemplateResult => html`${pieces(text).map(set)}`;

function set({ kind, text }: Piece): TemplateResult | string {
  if (kind === 'variable') return html`<i translate="no">${text}</i>`;
  if (kind === 'index') return html`<sub translate="no">${formula(text)}</sub>`;
  if (kind === 'power') return html`<sup translate="no">${formula(text)}</sup>`;
  return text;
}
