import { open, readFile, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';

import { UserError } from '../errors.ts';
import { groupBy } from './bill.ts';
import type { Window } from './days.ts';
import type { ExportFormat } from './export-source.ts';
import { note, type Note } from './notes.ts';

export interface ExportFile {
  readonly file: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  /** Month of the folder that the export was delivered to, `YYYY-MM`; null where no folder says it. */
  readonly month: string | null;
  /** Folder of one version of the month's report. */
  readonly version: string;
}

export interface ExportFiles {
  readonly format: ExportFormat;
  readonly files: readonly ExportFile[];
  /** What was chosen between several versions of one month. */
  readonly notes: readonly Note[];
}

interface Found extends ExportFile {
  readonly format: ExportFormat;
}

/**
 * The files of an export: one file, or every Parquet or CSV file under a folder. Months outside the window are skipped where
 * the folders name them, and of several versions of one month's report only the newest is taken.
 *
 * @throws UserError where there is nothing to read, formats are mixed, or a part of the delivery is missing
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
  const files = months.flatMap((month) => month.files).sort((a, b) => (a.file < b.file ? -1 : 1));
  // a month without charges still has a header; what Parquet lacks is found by reading it
  const empty = files.filter(({ bytes }) => format === 'csv' && bytes === 0).map(({ file }) => `${file} (it is empty)`);
  const missing = [...empty, ...missingNumbers(files), ...(await missingFromManifests(path, files))];
  if (missing.length > 0) {
    throw new UserError(
      `the export in '${path}' is not whole, so no total would be. Missing, fetch them:\n${missing.map((name) => `  ${name}`).join('\n')}`,
    );
  }
  return { format, files, notes: months.flatMap(({ notes }) => notes) };
}

async function listFiles(path: string): Promise<Found[]> {
  const entry = await stat(path).catch(() => null);
  if (entry === null) throw new UserError(`'${path}' does not exist: give the file or the folder of the export`);
  if (entry.isFile()) {
    const format = await formatOf(path);
    if (format === null) throw new UserError(`'${path}' is neither Parquet nor CSV (plain or .gz)`);
    return [{ file: path, format, bytes: entry.size, modifiedMs: entry.mtimeMs, month: null, version: '' }];
  }
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const found: Found[] = [];
  for (const each of entries) {
    const file = join(each.parentPath, each.name);
    const format = each.isFile() ? await formatOf(file) : null;
    if (format === null) continue;
    const { size, mtimeMs } = await stat(file);
    found.push({ file, format, bytes: size, modifiedMs: mtimeMs, ...placeOf(relative(path, file)) });
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
  const period = folders.findLastIndex((name) => monthOf(name, '2000') !== null);
  if (period < 0) return { month: null, version: '' };
  const year = /^year=(\d{4})$/i.exec(folders[period - 1] ?? '')?.[1];
  return { month: monthOf(folders[period] ?? '', year), version: folders.slice(0, period + 2).join(sep) };
}

/** Month of the folder that a path of an export lies in, `YYYY-MM`; null where no folder says it. */
export function monthOfPath(path: string): string | null {
  return placeOf(path.split('/').join(sep)).month;
}

function monthOf(folder: string, year: string | undefined): string | null {
  const period = /^BILLING_PERIOD=(\d{4}-\d{2})$/i.exec(folder) ?? /^(\d{4})(\d{2})\d{2}-\d{8}$/.exec(folder);
  if (period !== null) return period.slice(1).join('-');
  const month = /^month=(\d{1,2})$/i.exec(folder)?.[1];
  return month === undefined || year === undefined ? null : `${year}-${month.padStart(2, '0')}`;
}

/** A month that is delivered as "create new" has one folder a version; each holds the whole month. */
function newestVersion(found: readonly Found[]): { files: readonly Found[]; notes: Note[] } {
  const month = found[0]?.month ?? null;
  if (month === null) return { files: found, notes: [] };
  const versions = [...groupBy(found, ({ version }) => version)].map(([version, files]) => ({
    version,
    files,
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

const PART = /-(\d{5})(?=\.[^/\\]*$)/;

/** `report-00001.snappy.parquet` and `report-00002.snappy.parquet` are parts of one delivery. */
export function deliveryOf(file: string): string {
  return file.replace(PART, '');
}

/** Parts are numbered from 1: a gap is a file that was not fetched. */
function missingNumbers(files: readonly ExportFile[]): string[] {
  const numbered = files.filter(({ file }) => PART.test(file));
  return [...groupBy(numbered, ({ file }) => deliveryOf(file)).values()].flatMap((parts) => {
    const numbers = new Set(parts.map(({ file }) => Number(PART.exec(file)?.[1])));
    const example = parts[0]?.file ?? '';
    return Array.from({ length: Math.max(...numbers) }, (_, index) => index + 1)
      .filter((number) => !numbers.has(number))
      .map((number) => example.replace(PART, `-${String(number).padStart(5, '0')}`));
  });
}

/**
 * Data files that a manifest of a month that is read names and that are not there. Any text of a manifest that ends as a
 * data file does counts as such a name, whatever field it stands in.
 */
async function missingFromManifests(path: string, files: readonly ExportFile[]): Promise<string[]> {
  if ((await stat(path)).isFile()) return [];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const present = new Set(files.map(({ file }) => basename(file)));
  const missing: string[] = [];
  for (const each of entries) {
    const file = join(each.parentPath, each.name);
    if (!each.isFile() || !/manifest\.json$/i.test(each.name)) continue;
    const { month, version } = placeOf(relative(path, file));
    // an older version's manifest names files that are left out on purpose
    if (!files.some((data) => data.month === month && basename(data.version) === basename(version))) continue;
    const text = await readFile(file, 'utf8');
    const names = [...text.matchAll(/"([^"]+\.(?:parquet|csv\.gz|csv))"/g)].map(([, name]) => name ?? '');
    missing.push(...names.filter((name) => !present.has(basename(name))).map((name) => `${name} (named by ${file})`));
  }
  return missing;
}
