// Numbers and tables as text: aligned for the terminal, Markdown for docs/results.md.

export const ms = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
export const times = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1));

export function range(values, format) {
  const [least, most] = [format(Math.min(...values)), format(Math.max(...values))];
  return least === most ? least : `${least} – ${most}`;
}

const line = (cells) => `| ${cells.join(' | ')} |`;

export function markdown({ head, rows, note }) {
  const safe = (cells) => head.map((_, i) => (cells[i] ?? '').replaceAll('|', '\\|'));
  const table = [head, head.map(() => '---'), ...rows].map((cells) => line(safe(cells))).join('\n');
  return note ? `${table}\n\n${note}` : table;
}

/** Columns side by side; head cells break into lines. A row that is too short ends in a message, which may run on. */
export function plain({ title, head, rows, note }) {
  const widths = head.map((cell, column) => {
    const below = rows.filter((row) => row.length === head.length || column === 0).map((row) => row[column]);
    return Math.max(...[...cell.split(' '), ...below].map(({ length }) => length));
  });
  const wrapped = head.map((cell, i) => wrap(cell, widths[i]));
  const height = Math.max(...wrapped.map(({ length }) => length));
  const heads = Array.from({ length: height }, (_, y) => wrapped.map((lines) => lines[y] ?? ''));
  const text = (cells) =>
    cells
      .map((cell, i) =>
        i === 0 || cells.length < head.length ? cell.padEnd(widths[i]) : cell.padStart(widths[i]),
      )
      .join('  ')
      .trimEnd();
  const rule = '-'.repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  return [title, rule, ...heads.map(text), rule, ...rows.map(text), rule, ...(note ? [note] : [])].join('\n');
}

function wrap(text, width) {
  const lines = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
