/** A table of text cells. */
export interface Grid {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** A column of words. */
export const left = (title: string): Column => ({ title, align: 'left' });

/** A column of figures. */
export const right = (title: string): Column => ({ title, align: 'right' });

/** Bills carry names that other people chose (tag values, resource names): nothing in them may steer a terminal. */
export function plainText(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, ' ');
}

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/g;

/** Columns a terminal needs: Chinese and Japanese characters take two. */
function displayWidth(text: string): number {
  return text.length + (text.match(WIDE)?.length ?? 0);
}

export function textTable({ title, columns, rows }: Grid): string {
  const cells = [columns.map((column) => column.title), ...rows.map((row) => row.map(plainText))];
  // not Math.max(...): a call takes no more arguments than the stack has room for
  const widths = columns.map((_, index) =>
    cells.reduce((widest, row) => Math.max(widest, displayWidth(row[index] ?? '')), 0),
  );
  const line = (row: readonly string[]) =>
    columns
      .map(({ align }, index) => {
        const cell = row[index] ?? '';
        const gap = ' '.repeat((widths[index] ?? 0) - displayWidth(cell));
        return align === 'right' ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd();
  const [header = [], ...body] = cells;
  return [title, '', line(header), widths.map((width) => '-'.repeat(width)).join('  '), ...body.map(line)].join('\n');
}

export function markdownTable({ title, columns, rows }: Grid): string {
  const cell = (text: string) =>
    plainText(text).replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;');
  const line = (row: readonly string[]) => `| ${row.map(cell).join(' | ')} |`;
  return [
    `### ${cell(title)}`,
    '',
    line(columns.map((column) => column.title)),
    `|${columns.map(({ align }) => (align === 'right' ? ' ---: ' : ' --- ')).join('|')}|`,
    ...rows.map(line),
  ].join('\n');
}

export type CsvValue = string | number | boolean | null;

/** RFC 4180. Numbers unrounded; null is an empty field. Text that a spreadsheet would run as a formula is quoted as text. */
export function csv(header: readonly string[], rows: readonly (readonly CsvValue[])[]): string {
  return csvRows([header, ...rows]);
}

/** Lines of a CSV without a header. */
export function csvRows(rows: readonly (readonly CsvValue[])[]): string {
  return rows.map((row) => row.map(csvField).join(',') + '\n').join('');
}

function csvField(value: CsvValue): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  // a CSV is often looked at in a terminal too; lines and tabs are data
  const plain = value.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, ' ');
  const safe = /^[=+\-@\t\r]/.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
