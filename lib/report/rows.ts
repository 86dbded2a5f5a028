export interface Column {
  readonly title: string;
  /** Numbers stand under one another by their last digit. */
  readonly align?: 'left' | 'right';
}

export type RowFormat = 'table' | 'csv' | 'markdown';

/** Rows of text for a terminal, a spreadsheet or a document. Every row has a cell for each column. */
export function rowsText(format: RowFormat, columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  switch (format) {
    case 'table':
      return terminalTable(columns, rows);
    case 'csv':
      return [columns.map(({ title }) => title), ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
    case 'markdown':
      return markdownTable(columns, rows);
  }
}

function terminalTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => (row[index] ?? '').length)),
  );
  return [columns.map(({ title }) => title), ...rows]
    .map((row) =>
      columns
        .map(({ align }, index) => {
          const [text, width] = [row[index] ?? '', widths[index] ?? 0];
          return align === 'right' ? text.padStart(width) : text.padEnd(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

function markdownTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  const rule = columns.map(({ align }) => (align === 'right' ? '---:' : '---'));
  return [columns.map(({ title }) => title), rule, ...rows].map(line).join('');
}

/** RFC 4180; text that a spreadsheet would run as a formula is made plain text. */
function csvCell(text: string): string {
  const harmless = /^[=@\t\r]|^[+-](?![\d.]+$)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
