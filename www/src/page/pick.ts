/** Hides what stands in parts, or all around it: by one style sheet, since every lab draws its parts in its own way. */

import type { Shown } from '../engine/client';
import type { Part } from '../engine/types';

const sheet = new CSSStyleSheet();
document.adoptedStyleSheets.push(sheet);
let written = '';

/** A section by the name of its heading, a figure by its own. */
const named = (name: string) => `:is([aria-labelledby="title-${name}"], lab-figure[data-testid="${name}"])`;

/** The engine has let through only names that parts have. */
export function pick({ hide, only }: Shown, parts: readonly Part[]): void {
  const rules = parts.flatMap(({ id, within }) => {
    const part = `#lab [data-part="${id}"]`;
    const shown = only.includes(id) ? [] : within.filter((name) => only.includes(name));
    const left = within.filter((name) => hide.includes(name)).map((name) => `${part} ${named(name)}`);
    // While what shall stand alone is not there yet, the part says what it waits for.
    const all = `:is(${shown.map(named).join(', ')})`;
    return shown.length ? [...left, `${part}:has(${all}) *:not(:has(${all}), ${all}, ${all} *)`] : left;
  });
  const text = rules.map((rule) => `${rule} { display: none !important; }`).join('\n');
  if (text === written) return;
  written = text;
  sheet.replaceSync(text);
}
