/** Parts `block` and `own`: which part of a block breaks a symmetry, and a reader's own data. */

import { html, nothing } from 'lit';
import { saveButton } from '../../figure/print';
import { tableView, written } from '../../figure/table';
import { field } from '../../ui/fields';
import { part } from '../../ui/part';
import { filePicker } from '../../ui/picker';
import type { PartContext } from '../../ui/part-context';
import '../../ui/parts.css';
import type { BlockAnswer, OwnAnswer } from '../../engine/types';
import { brief } from '../../ui/text';
import { doubleCell } from './marks';

const SWITCHES = ['attention', 'encoding', 'residual', 'norm', 'activation'];
const DATA = ['x', 'z', 'q', 'y', 'turned', 'w'];

/** More than the largest of these matrices takes. */
const MOST_BYTES = 1 << 16;

/** Lines of a file are rows; whoever reads the setting says what is wrong with them. */
const fromFile = (name: string, { change, properties }: PartContext) => {
  const label = properties.find((property) => property.name === name)?.label;
  return filePicker({
    label: html`From a file<span class="sr">: ${label}</span>`,
    accept: '.csv,.tsv,.txt',
    testId: `own-file-${name}`,
    describedBy: `own-${name}`,
    take: (file) => {
      void file
        .slice(0, MOST_BYTES)
        .text()
        .then((text) => change(name, text.replace(/^\ufeff/, '')));
    },
  });
};

const fields = (names: string[], place: string, context: PartContext) =>
  html`<div class="fields">${names.map((name) => field(name, place, context))}</div>`;

export const blockPart = part<PartContext, BlockAnswer>({
  tag: 'lab-block',
  id: 'block',
  title: 'Which part of a block breaks it?',
  folded: true,
  says: ({ sentence }) => sentence,
  note: () => 'median errors, double precision',
  intro: html`Put a block together. Each part is tried alone, and the block without it.`,
  ask: ({ client }) => client.ask('block', {}),
  controls: ({ context }) => fields(SWITCHES, 'block', context),
  found: (answer, { context: { client } }) =>
    html` <p data-testid="block-sentence"><strong>${answer.sentence}</strong></p>
      ${blockTable(answer)}
      <p class="take">${saveButton('CSV', 'block.csv', () => client.ask('csv', { table: 'block' }))}</p>`,
});

function blockTable({ groups, whole, parts, rounding }: BlockAnswer) {
  const rows = [
    { name: 'The block', set: '', errors: whole },
    ...parts.map(({ name, set, alone }) => ({ name: `${name} alone`, set, errors: alone })),
    ...parts.map(({ name, without }) => ({
      name: name === 'Attention' ? 'With knowledge attention' : `Without ${name.toLowerCase()}`,
      set: '',
      errors: without,
    })),
  ];
  return tableView({
    title: 'Parts',
    testId: 'block-table',
    rows: rows.length,
    columns: [
      written('part', 'Part', (row) => rows[row]?.name ?? '', true),
      written('set', 'Is', (row) => rows[row]?.set ?? '', true),
      ...groups.map(({ id, label }, i) =>
        written(id, label, (row) => doubleCell(rows[row]?.errors[i], rounding)),
      ),
    ],
  });
}

export const ownPart = part<PartContext, OwnAnswer>({
  tag: 'lab-own',
  id: 'own',
  title: 'Is my own map symmetric?',
  folded: true,
  note: () => '',
  intro: html`Give X, and Z and Q if you have them: blanks between numbers, a semicolon between rows. To try a
  map of your own, compute f(X, Z) and f(XQ, ZQ) wherever it runs and give both; of a linear map its matrix W
  is enough.`,
  ask: ({ client }) => client.ask('own', {}),
  controls: ({ context }) =>
    html`<div class="fields">
      ${DATA.map((name) => html`<div class="given">${field(name, 'own', context)} ${fromFile(name, context)}</div>`)}
    </div>`,
  found: ({ rows, notes, nearest, rounding }, { context }) =>
    html` ${notes.map((note) => html`<p data-testid="own-note">${note}</p>`)}
    ${
      nearest
        ? html`<p>
            The nearest orthogonal matrix is ${nearest}.
            <button
              type="button"
              class="small"
              data-testid="own-nearest"
              @click=${() => context.change('q', nearest)}
            >
              Use it
            </button>
          </p>`
        : nothing
    }
    ${
      rows.length
        ? tableView({
            title: 'The lab’s maps on your data',
            testId: 'own-table',
            look: 'facts',
            rows: rows.length,
            data: (row) => ({ map: rows[row]?.map ?? '' }),
            columns: [
              written('map', 'Map', (row) => rows[row]?.label ?? '', true),
              written('error', 'Respects Q', (row) => {
                const { errors, why } = rows[row] ?? { errors: null, why: '' };
                if (!errors) return why;
                const [single, double] = errors;
                return single <= rounding[0] && double <= rounding[1]
                  ? html`<span class="kept">✓</span>`
                  : html`<span class="broken">✗</span>`;
              }),
              ...['f32', 'f64'].map((name, i) =>
                written(name, `Error, ${name}`, (row) => brief(rows[row]?.errors?.[i])),
              ),
            ],
          })
        : nothing
    }`,
});
