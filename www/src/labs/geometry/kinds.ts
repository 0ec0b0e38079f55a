/** Part `kinds`: in a word, how each learner has stored the graph. */

import { html, nothing } from 'lit';
import { saveButton } from '../../figure/print';
import { tableView, written, type Table } from '../../figure/table';
import { count } from '../../ui/format';
import { part } from '../../ui/part';
import { runKey } from '../../ui/part-key';
import '../../ui/parts.css';
import { figureText } from '../../ui/text';
import type { StoredRun } from '../../engine/types';
import { isOther, type GeometryContext } from './context';

export const kindsPart = part<GeometryContext, StoredRun[]>({
  tag: 'lab-kinds',
  id: 'kinds',
  title: 'How each has stored it',
  note: ({ recording, step }) => (recording ? `step ${count(step)}` : ''),
  intro: html`<strong>Geometric</strong>: neighbours are alike, and the embedding lies at the top of the
    spectrum. <strong>Zigzag</strong>: neighbours are opposites. <strong>Associative</strong>: all edges are
    stored, and there is no geometry. Else <strong>mixed</strong>, unless fewer than half of the edges are
    stored, or the graph’s spectrum cannot tell.`,
  key: (context) => (isOther(context) ? null : runKey(context)),
  ask: ({ client }) => client.ask('kinds', {}),
  waits: 'Train, and each run gets its word here.',
  found: (rows, { context }) => tableView(tableOf(rows, context)),
  foot: ({ answer, context: { client } }) =>
    answer?.length
      ? saveButton('CSV', 'kinds.csv', () => client.ask('run.csv', { table: 'kinds' }))
      : nothing,
});

/** A row for each arm, its seeds side by side. */
function tableOf(rows: StoredRun[], { recording }: GeometryContext): Table {
  const arms = [...new Set(rows.map(({ arm }) => arm))];
  const of = (arm: string | undefined) => rows.filter((row) => row.arm === arm);
  const label = (id: string | undefined) =>
    recording?.about.arms.find((arm) => arm.id === id)?.label ?? id ?? '';
  const seeds = (row: number, text: (run: StoredRun) => string) => of(arms[row]).map(text).join(', ');
  const number = (key: 'recovery' | 'edgeCosine' | 'top' | 'bottom') => (row: number) =>
    seeds(row, (run) => figureText(run[key]));
  return {
    title: 'Storage',
    note: 'seed by seed; both ends of the spectrum in even shares',
    rows: arms.length,
    columns: [
      written('arm', 'Learner', (row) => label(arms[row]), true),
      written('storage', 'Stored', (row) => seeds(row, ({ storage }) => storage || '–'), true),
      written('recovery', 'Neighbours found', number('recovery')),
      written('edge-cosine', 'Cosine of neighbours', number('edgeCosine')),
      written('top-energy', 'Top', number('top')),
      written('bottom-energy', 'Bottom', number('bottom')),
    ],
    testId: 'kinds',
    data: (row) => ({ arm: arms[row] ?? '' }),
  };
}
