/** The control of a setting that is a text. */

import { html, noChange, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Problem } from '../engine/types';
import { mark, typing } from './typing';

/** A text that may be longer gets more than one line. */
const SHORT_TEXT = 400;

export function isLongText(kind: { most: number }): boolean {
  return kind.most > SHORT_TEXT;
}

interface TextControl {
  id: string;
  name?: string;
  testId?: string;
  title?: string;
  kind: { most: number };
  value: string;
  /** Why it is not what was typed. That stays, so that it can be mended: the page cuts nothing off. */
  problem: Problem | undefined;
  bad: boolean;
  described: string | undefined;
  rows: number;
  change: (text: string) => void;
}

export function textControl(control: TextControl): TemplateResult {
  const { id, problem, rows, change } = control;
  const type = (event: Event) => {
    mark(event);
    change((event.target as HTMLInputElement | HTMLTextAreaElement).value);
  };
  const given = typing(id) ? noChange : live(problem?.given ?? control.value);
  const name = control.name ?? nothing;
  const testId = control.testId ?? nothing;
  const title = control.title ?? nothing;
  const described = control.described ?? nothing;
  const invalid = control.bad ? 'true' : 'false';
  return isLongText(control.kind)
    ? html`<textarea
        id=${id}
        name=${name}
        data-testid=${testId}
        rows=${rows}
        spellcheck="false"
        title=${title}
        aria-invalid=${invalid}
        aria-describedby=${described}
        .value=${given}
        @input=${mark}
        @blur=${mark}
        @change=${type}
      ></textarea>`
    : html`<input
        id=${id}
        name=${name}
        data-testid=${testId}
        type="text"
        spellcheck="false"
        autocomplete="off"
        title=${title}
        aria-invalid=${invalid}
        aria-describedby=${described}
        .value=${given}
        @input=${mark}
        @blur=${mark}
        @change=${type}
      />`;
}
