/** A table that the reader brings along. */

import { html, nothing, type TemplateResult } from 'lit';
import { count, plural, shortened } from '../../ui/format';
import { filePicker } from '../../ui/picker';
import type { EncodingsContext } from './context';
import { SIDES } from './maps';

export function uploadForm(context: EncodingsContext): TemplateResult {
  const { upload, uploadRefused } = context;
  const shown = SIDES.filter((side) => context.settled.values[side] === 'uploaded');
  return html`<section class="view upload" aria-labelledby="title-upload">
    <h3 id="title-upload">Your own table</h3>
    <p class="help" id="help-upload">
      A file with a row for each position and a column for each entry of its vector: CSV, with or without a
      line of names, decimals after a point, lines that begin with # as comments; or NumPy’s .npy with two
      axes of floating point or whole numbers. Choose it, or drop it on this part of the page. It stays in
      this browser.
    </p>
    <div class="bring">
      ${filePicker({
        label: upload ? 'Another table' : 'Open a table',
        accept: '.csv,.npy,text/csv',
        testId: 'upload',
        describedBy: 'help-upload upload-refused',
        take: context.uploadFile,
      })}
    </div>
    <p role="status" id="upload-refused" data-testid="upload-refused">
      ${
        uploadRefused
          ? html`<span class="wrong"
              >${uploadRefused}${upload ? ` “${shortened(upload.name)}” stays open.` : nothing}</span
            >`
          : nothing
      }
    </p>
    ${
      upload
        ? html`<div class="brought">
            <p data-testid="uploaded">
              <b>${shortened(upload.name)}</b>: ${plural(upload.rows, 'position')} of ${count(upload.columns)}
              ${upload.columns === 1 ? 'entry' : 'entries'}, ${upload.format}. ${upload.notes.join(' ')}
            </p>
            ${SIDES.filter((side) => !shown.includes(side)).map(
              (side) =>
                html`<button
                  type="button"
                  class="small"
                  data-testid="upload-${side}"
                  @click=${() => context.change(side, 'uploaded')}
                >
                  Show on the ${side}
                </button>`,
            )}
            <button type="button" class="small" data-testid="forget" @click=${() => context.forgetUpload()}>
              Forget it
            </button>
          </div>`
        : nothing
    }
  </section>`;
}
