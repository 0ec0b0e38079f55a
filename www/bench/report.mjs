// Numbers and tables as text: aligned for the terminal, Markdown for docs/results.md.

export const ms = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
export const times = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(2));

export function range(values, format) {
  const [least, most] = [format(Math.min(...values)), format(Math.max(...values))];
  return least === most ? least : `${least} – ${most}`;
}

const line = (cells) => `| ${cells.join(' | ')} |`;

export function markdown({ head, rows, note }) {
  const safe = (cells) => cells.map((cell) => cell.replaceAll('|', '\\|'));
  const table = [head, head.map(() => '---'), ...rows].map((cells) => line(safe(cells))).join('\n');
  return note ? `${table}\n\n${note}` : table;
}

/** Columns side by side; head cells break into lines no wider than what stands below needs. */
export function plain({ title, head, rows, note }) {
  const least = head.map((cell, i) =>
    Math.max(...[cell.split(' '), rows.map((row) => row[i])].flat().map((text) => text.length)),
  );
  // A message in place of a number may run over the columns to its right, which are empty then.
  const widths = least.map((width, i) =>
    i === 1
      ? Math.max(
          8,
          ...rows.filter((row) => row[2] !== '').map((row) => row[1].length),
          ...head[1].split(' ').map((w) => w.length),
        )
      : width,
  );
  const wrapped = head.map((cell, i) => wrap(cell, widths[i]));
  const height = Math.max(...wrapped.map(({ length }) => length));
  const heads = Array.from({ length: height }, (_, y) => wrapped.map((lines) => lines[y] ?? ''));
  const text = (cells) =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
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
