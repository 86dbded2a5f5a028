import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';

import { UserError } from '../errors.ts';
import { groupBy } from './bill.ts';
import { note, type Note } from './notes.ts';
import type { Window } from './days.ts';

export type ExportFormat = 'parquet' | 'csv';

export interface ExportFiles {
  readonly format: ExportFormat;
  readonly files: readonly string[];
  /** What was chosen between several versions of one month. */
  readonly notes: readonly Note[];
}

interface Found {
  readonly file: string;
  readonly format: ExportFormat;
  readonly modifiedMs: number;
  /** Month of the folder that the export was delivered to, `YYYY-MM`; null where no folder says it. */
  readonly month: string | null;
  /** Folder of one version of the month's report. */
  readonly version: string;
}

/**
 * The files of an export: one file, or every Parquet or CSV file under a folder. Months outside the window are skipped where
 * the folders name them, and of several versions of one month's report only the newest is taken.
 *
 * @throws UserError where there is nothing to read, or Parquet and CSV are mixed
 */
export async function findExportFiles(path: string, window: Window): Promise<ExportFiles> {
  const found = await listFiles(path);
  if (found.length === 0) {
    throw new UserError(
      `no Parquet or CSV file in '${path}': give the file, or the folder that holds 'data/BILLING_PERIOD=…'`,
    );
  }
  const formats = [...new Set(found.map(({ format }) => format))];
  const [format] = formats;
  if (format === undefined || formats.length > 1) {
    throw new UserError(
      `'${path}' holds both Parquet and CSV files: they would count the same charges twice, give one of them`,
    );
  }
  const inWindow = found.filter(
    ({ month }) => month === null || (month >= window.from.slice(0, 7) && month <= window.until.slice(0, 7)),
  );
  if (inWindow.length === 0) {
    const months = [...new Set(found.map(({ month }) => month))].sort().join(', ');
    throw new UserError(
      `'${path}' has no month between ${window.from} and ${window.until}: it holds ${months}. Change '--from' and '--until', or wait for the export's next delivery`,
    );
  }
  const months = [...groupBy(inWindow, ({ month }) => month ?? '').values()].map(newestVersion);
  return {
    format,
    files: months.flatMap(({ files }) => files).sort(),
    notes: months.flatMap(({ notes }) => notes),
  };
}

async function listFiles(path: string): Promise<Found[]> {
  const entry = await stat(path).catch(() => null);
  if (entry === null) throw new UserError(`'${path}' does not exist: give the file or the folder of the export`);
  if (entry.isFile()) {
    const format = await formatOf(path);
    if (format === null) throw new UserError(`'${path}' is neither Parquet nor CSV (plain or .gz)`);
    return [{ file: path, format, modifiedMs: entry.mtimeMs, month: null, version: '' }];
  }
  const names = await readdir(path, { recursive: true, withFileTypes: true });
  const found: Found[] = [];
  for (const name of names) {
    if (!name.isFile()) continue;
    const file = join(name.parentPath, name.name);
    const format = await formatOf(file);
    if (format === null) continue;
    const { mtimeMs } = await stat(file);
    found.push({ file, format, modifiedMs: mtimeMs, ...placeOf(relative(path, file)) });
  }
  return found;
}

async function formatOf(file: string): Promise<ExportFormat | null> {
  if (/\.csv(?:\.gz)?$/i.test(file)) return 'csv';
  if (/\.parquet$/i.test(file)) return 'parquet';
  if (basename(file).includes('.')) return null;
  return (await startsWith(file, 'PAR1')) ? 'parquet' : null;
}

async function startsWith(file: string, magic: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(magic.length), 0, magic.length, 0);
    return buffer.toString('latin1', 0, bytesRead) === magic;
  } finally {
    await handle.close();
  }
}

/** `BILLING_PERIOD=2026-08/<version>/x.parquet`, `20260801-20260901/<assembly>/x.csv.gz` or `year=2026/month=8/x.parquet`. */
function placeOf(path: string): Pick<Found, 'month' | 'version'> {
  const folders = dirname(path).split(sep);
  const period = folders.findLastIndex((name) =>
    /^BILLING_PERIOD=\d{4}-\d{2}$|^\d{8}-\d{8}$|^month=\d{1,2}$/i.test(name),
  );
  if (period < 0) return { month: null, version: '' };
  const name = folders[period] ?? '';
  const year = /^year=(\d{4})$/i.exec(folders[period - 1] ?? '')?.[1];
  const month = /^month=/i.test(name)
    ? year === undefined
      ? null
      : `${year}-${name.slice('month='.length).padStart(2, '0')}`
    : /^\d{8}-/.test(name)
      ? `${name.slice(0, 4)}-${name.slice(4, 6)}`
      : name.slice('BILLING_PERIOD='.length);
  return { month, version: folders.slice(0, period + 2).join(sep) };
}

/** A month that is delivered as "create new" has one folder a version; each holds the whole month. */
function newestVersion(found: readonly Found[]): { files: string[]; notes: Note[] } {
  const month = found[0]?.month ?? null;
  if (month === null) return { files: found.map(({ file }) => file), notes: [] };
  const versions = [...groupBy(found, ({ version }) => version)].map(([version, files]) => ({
    version,
    files: files.map(({ file }) => file),
    // AWS names a version by its time; where it does not, the time of the files decides
    time: /^\d{4}-?\d{2}-?\d{2}T/.test(basename(version)) ? basename(version).replaceAll(/[-:]/g, '') : null,
    modifiedMs: Math.max(...files.map(({ modifiedMs }) => modifiedMs)),
  }));
  const named = versions.every(({ time }) => time !== null);
  versions.sort((a, b) => (named ? (a.time ?? '').localeCompare(b.time ?? '') : a.modifiedMs - b.modifiedMs));
  const count = versions.length - 1;
  const newest = versions.at(-1);
  if (newest === undefined || count === 0) return { files: newest?.files ?? [], notes: [] };
  return { files: newest.files, notes: [note('older-versions', { month, count, version: newest.version })] };
}
