import { printableLine, printableLines } from '../printable.ts';

/** A table of text cells. */
export interface Grid {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Longer than a terminal is wide: left out there. */
  readonly long?: boolean;
}

/** A column of words. */
export const left = (title: string): Column => ({ title, align: 'left' });

/** A column of figures. */
export const right = (title: string): Column => ({ title, align: 'right' });

/** A column of texts that are longer than a terminal is wide. */
export const long = (title: string): Column => ({ title, align: 'left', long: true });

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/g;

/** Columns a terminal needs: Chinese and Japanese characters take two. */
export function displayWidth(text: string): number {
  return text.length + (text.match(WIDE)?.length ?? 0);
}

/** Rows in columns, each as wide as its widest cell. */
function aligned(rows: readonly (readonly string[])[], columns: readonly Pick<Column, 'align'>[]) {
  // not Math.max(...): a call takes no more arguments than the stack has room for
  const widths = columns.map((_, index) =>
    rows.reduce((widest, row) => Math.max(widest, displayWidth(row[index] ?? '')), 0),
  );
  const line = (row: readonly string[]): string =>
    columns
      .map(({ align }, index) => {
        const cell = row[index] ?? '';
        const gap = ' '.repeat((widths[index] ?? 0) - displayWidth(cell));
        return align === 'right' ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd();
  return { widths, lines: rows.map(line) };
}

export function textTable(grid: Grid): string {
  const shown = grid.columns.flatMap((column, index) => (column.long === true ? [] : [{ ...column, index }]));
  const { widths, lines } = aligned(
    [
      shown.map(({ title }) => printableLine(title)),
      ...grid.rows.map((row) => shown.map(({ index }) => printableLine(row[index] ?? ''))),
    ],
    shown,
  );
  const [header = '', ...body] = lines;
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [printableLine(grid.title), '', header, rule, ...body].join('\n');
}

/** Names with their texts, below each other. */
export function textFields(fields: readonly (readonly [name: string, text: string])[]): string {
  const rows = fields.map((field) => field.map(printableLine));
  return aligned(rows, [{ align: 'left' }, { align: 'left' }]).lines.join('\n');
}

/** Text in Markdown that is nothing but text. */
const markdownCell = (text: string): string =>
  printableLine(text).replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;');

export function markdownTable({ title, columns, rows }: Grid): string {
  const line = (row: readonly string[]) => `| ${row.map(markdownCell).join(' | ')} |`;
  return [
    `### ${markdownCell(title)}`,
    '',
    line(columns.map((column) => column.title)),
    `|${columns.map(({ align }) => (align === 'right' ? ' ---: ' : ' --- ')).join('|')}|`,
    ...rows.map(line),
  ].join('\n');
}

export type CsvValue = string | number | boolean | null;

/** Lines of a CSV (RFC 4180). Numbers unrounded; null is an empty field. Text that a spreadsheet would run as a formula is quoted as text. */
export function csvLines(rows: readonly (readonly CsvValue[])[]): string {
  return rows.map((row) => row.map(csvField).join(',') + '\n').join('');
}

function csvField(value: CsvValue): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  // a CSV is often looked at in a terminal too; lines and tabs are data
  const plain = printableLines(value);
  const safe = /^[=+\-@\t]/.test(plain) ? `'${plain}` : plain;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
