/** A matrix as a figure. */

import { figureText } from '../ui/text';
import { cellAxes, type Cells, type Figure } from './figure';
import { matrixTable } from './table';

interface Names {
  /** As in "query". */
  title: string;
  names: readonly string[];
}

export interface Matrix
  extends
    Pick<Figure, 'name' | 'title' | 'note' | 'summary'>,
    Pick<Cells, 'values' | 'range' | 'scale' | 'unit'> {
  rows: Names;
  columns: Names;
  /** How an exact value reads; without it, to four significant figures. */
  text?: (value: number) => string;
}

export function matrixFigure({
  rows,
  columns,
  values,
  range,
  scale,
  unit,
  text = figureText,
  ...named
}: Matrix): Figure {
  const [down, across] = [rows.names.length, columns.names.length];
  return {
    ...named,
    empty: 'There is nothing to show.',
    panels: [
      {
        ...cellAxes(rows, columns),
        marks: [{ kind: 'cell', rows: down, columns: across, values, range, scale, unit }],
      },
    ],
    reading: {
      by: 'cell',
      rows: down,
      columns: across,
      words: (index) => {
        const [row, column] = [Math.floor(index / across), index % across];
        const where = `${rows.title} ${rows.names[row] ?? row}, ${columns.title} ${columns.names[column] ?? column}`;
        return `${where}: ${text(values[index] ?? NaN)}${unit ? ` ${unit}` : ''}`;
      },
    },
    tables: [{ ...matrixTable(named.title, unit, rows, columns, values, text), file: named.name }],
  };
}
