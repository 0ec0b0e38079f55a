/** The control of a number. A text field, since one of type "number" drops what it does not know: "0,003" would become 3. */

import { html, noChange, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { mark, typing } from './typing';

interface NumberControl {
  id: string;
  name?: string;
  testId?: string;
  title?: string;
  placeholder?: string;
  /** Ends of what is allowed. Only whole numbers go up and down by arrow keys. */
  kind: { type: 'integer' | 'number'; min: number; max: number };
  /** Of the arrow keys. */
  step?: number;
  value: string;
  bad: boolean;
  described: string | undefined;
  /** Takes what was typed, as it was typed. */
  change: (text: string) => void;
}

const ARROWS: Record<string, number> = { ArrowUp: 1, ArrowDown: -1 };

/** The whole number that digits make, in groups of three or not; null for anything else, or what can be read in two ways. */
export function wholeNumber(text: string): number | null {
  const bare = text.trim();
  const digits = /^\d{1,3}([\s'’_])\d{3}(\1\d{3})*$/.test(bare) ? bare.replace(/\D/g, '') : bare;
  return /^\d{1,15}$/.test(digits) ? Number(digits) : null;
}

export function numberControl(control: NumberControl): TemplateResult {
  const { id, kind, change, step = 1 } = control;
  const whole = kind.type === 'integer';
  const take = (event: Event) => {
    mark(event);
    change((event.target as HTMLInputElement).value);
  };
  const arrow = (event: KeyboardEvent) => {
    const field = event.target as HTMLInputElement;
    const value = wholeNumber(field.value);
    const towards = ARROWS[event.key];
    if (!whole || value === null || towards === undefined || event.altKey || event.ctrlKey || event.metaKey)
      return;
    event.preventDefault();
    field.value = String(Math.min(kind.max, Math.max(kind.min, value + towards * step)));
    take(event);
  };
  return html`<input
    id=${id}
    class="number"
    name=${control.name ?? nothing}
    data-testid=${control.testId ?? nothing}
    type="text"
    role=${whole ? 'spinbutton' : nothing}
    aria-valuemin=${whole ? kind.min : nothing}
    aria-valuemax=${whole ? kind.max : nothing}
    aria-valuenow=${whole && control.value !== '' ? control.value : nothing}
    inputmode=${whole ? 'numeric' : 'decimal'}
    spellcheck="false"
    autocomplete="off"
    title=${control.title ?? nothing}
    placeholder=${control.placeholder ?? nothing}
    aria-invalid=${control.bad ? 'true' : 'false'}
    aria-describedby=${control.described ?? nothing}
    .value=${typing(id) ? noChange : live(control.value)}
    @keydown=${arrow}
    @input=${mark}
    @blur=${mark}
    @change=${take}
  />`;
}
