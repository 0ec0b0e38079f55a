/** A study as a file: a row for each arm, measure, point and seed. */

import { csv } from '../../figure/print';
import type { Study } from './engine';

type Curves = Pick<Study, 'x' | 'measures' | 'arms'>;

function rowsOf(name: string, { x, measures, arms }: Curves, seeds: number[]): (string | number | null)[][] {
  return arms.flatMap((arm) =>
    arm.points.flatMap((point) =>
      measures.flatMap((measure, m) =>
        seeds.map((seed, s) => [
          name,
          arm.id,
          measure.id,
          measure.unit,
          x.label,
          point.x,
          seed,
          point.values[m]?.[s] ?? null,
        ]),
      ),
    ),
  );
}

/** What is not measured yet has an empty value. */
export function studyCsv(study: Study): string {
  const rows = rowsOf('curves', study, study.seeds);
  if (study.second) rows.push(...rowsOf('second', study.second, study.seeds));
  return csv(['set', 'arm', 'measure', 'unit', 'x_label', 'x', 'seed', 'value'], rows);
}
