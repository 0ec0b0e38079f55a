/** A matrix as a figure. */

import { figureText } from '../ui/text';
import { cellAxes, type Cells, type Figure, type Links } from './figure';
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
  /** Cells right of the diagonal are none: no query looks there. They are hatched. */
  masked?: boolean;
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
  masked = false,
  ...named
}: Matrix): Figure {
  const [down, across] = [rows.names.length, columns.names.length];
  return {
    ...named,
    empty: 'There is nothing to show.',
    panels: [
      {
        ...cellAxes(rows, columns),
        marks: [
          { kind: 'cell', rows: down, columns: across, values, range, scale, unit },
          ...(masked ? [hatched(down)] : []),
        ],
      },
    ],
    reading: {
      by: 'cell',
      rows: down,
      columns: across,
      words: (index) => {
        const [row, column] = [Math.floor(index / across), index % across];
        const where = `${rows.title} ${rows.names[row] ?? row}, ${columns.title} ${columns.names[column] ?? column}`;
        const hidden = masked && column > row ? ', masked' : '';
        return `${where}: ${text(values[index] ?? NaN)}${unit ? ` ${unit}` : ''}${hidden}`;
      },
    },
    tables: [{ ...matrixTable(named.title, unit, rows, columns, values, text), file: named.name }],
  };
}

/** Lines over the cells right of the diagonal, from it to the edges. */
function hatched(side: number): Links {
  // Cells lie around whole numbers.
  const places = Array.from({ length: Math.max(0, 2 * side - 3) }, (_, i) => i + 1);
  const [low, high] = [-0.5, side - 0.5];
  return {
    kind: 'link',
    id: 'masked',
    // Not through the cells on the diagonal.
    x1: places.map((sum) => (sum + ((sum + 1) % 2)) / 2),
    y1: places.map((sum) => (sum - ((sum + 1) % 2)) / 2),
    x2: places.map((sum) => Math.min(high, sum - low)),
    y2: places.map((sum) => Math.max(low, sum - high)),
    style: () => ({ colour: '--edge', width: 1 }),
  };
}
