/** A button that opens a file. */

import { html, type TemplateResult } from 'lit';

export interface Picker {
  label: string | TemplateResult;
  /** What the dialogue offers, as the attribute `accept` has it. */
  accept: string;
  testId: string;
  /** Identifiers of what describes it, a refusal among them. */
  describedBy: string;
  take: (file: File) => void;
}

export function filePicker({ label, accept, testId, describedBy, take }: Picker): TemplateResult {
  return html`<label class="file">
    <span>${label}</span>
    <input
      type="file"
      accept=${accept}
      data-testid=${testId}
      aria-describedby=${describedBy}
      @change=${(event: Event) => {
        const input = event.target as HTMLInputElement;
        const file = input.files?.[0];
        if (file) take(file);
        // The same file may be chosen again.
        input.value = '';
      }}
    />
  </label>`;
}
