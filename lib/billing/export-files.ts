import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';

import { UserError } from '../errors.ts';
import { groupBy, type NotRead } from './bill.ts';
import type { Window } from './days.ts';
import { startsWith, type ExportFormat } from './export-source.ts';

interface ExportFile {
  readonly file: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  /** Month of the folder that the export was delivered to, `YYYY-MM`; null where no folder says it. */
  readonly month: string | null;
}

/** Files that AWS, or whoever wrote them, delivered together: parts of one thing, never copies of each other. */
export interface Delivery {
  /** Its name in messages. */
  readonly name: string;
  readonly files: readonly ExportFile[];
  readonly month: string | null;
  /** When AWS says it made this version of the month, as digits that sort; null where no folder says it. */
  readonly versionTime: string | null;
  /** Time of its newest file. */
  readonly modifiedMs: number;
}

/** Earlier versions of a month that the delivery itself says are replaced. */
interface Superseded {
  readonly month: string;
  readonly older: readonly Delivery[];
  readonly newest: Delivery;
}

export interface ExportFiles {
  readonly format: ExportFormat;
  readonly deliveries: readonly Delivery[];
  readonly superseded: readonly Superseded[];
  readonly notRead: readonly NotRead[];
}

/** Place of a file in the layout of an export. */
interface Place {
  readonly month: string | null;
  /** Folder of the month; null where there is none. */
  readonly monthFolder: string | null;
  /** Folder of one version below the folder of the month; null where files lie in the month's folder itself. */
  readonly versionFolder: string | null;
}

type Found = ExportFile & Place & { readonly format: ExportFormat };

/** A list of the data files of one delivery, as AWS writes it beside them. */
interface Manifest extends Place {
  readonly file: string;
  readonly names: readonly string[];
}

/**
 * Finds the files of an export: one file, or every Parquet and CSV file under a folder, as deliveries. Skips months outside the
 * window where the folders name them, and earlier versions of a month where the delivery says which is the latest.
 *
 * @throws UserError where there is nothing to read, formats are mixed, or a part of the delivery is missing
 */
export async function findExportFiles(path: string, window: Window): Promise<ExportFiles> {
  const { found, manifests, notRead } = await listFiles(path);
  if (found.length === 0) {
    const others = notRead.length === 0 ? '' : `. It holds ${listed(notRead.map(({ file }) => file))}`;
    throw new UserError(
      `no Parquet or CSV file in '${path}': give the file, or the folder that holds 'data/BILLING_PERIOD=…'${others}`,
    );
  }
  const formats = [...new Set(found.map(({ format }) => format))];
  const [format] = formats;
  if (format === undefined || formats.length > 1) {
    throw new UserError(
      `'${path}' holds both Parquet and CSV files: they would count the same charges twice, give one of them`,
    );
  }
  const isInWindow = ({ month }: { readonly month: string | null }) =>
    month === null || (month >= window.from.slice(0, 7) && month <= window.until.slice(0, 7));
  const inWindow = found.filter(isInWindow).sort((a, b) => (a.file < b.file ? -1 : 1));
  if (inWindow.length === 0) {
    const months = [...new Set(found.map(({ month }) => month))].sort().join(', ');
    throw new UserError(
      `'${path}' has no month between ${window.from} and ${window.until}: it holds ${months}. Change '--from' and '--until', or wait for the export's next delivery`,
    );
  }
  const { deliveries, superseded } = newestVersions(deliveriesOf(path, inWindow, manifests), manifests);
  const isRead = new Set(deliveries.flatMap(({ files }) => files.map(({ file }) => file)));
  const files = inWindow.filter(({ file }) => isRead.has(file));
  // a month without charges still has a header; what Parquet lacks is found by reading it
  const empty = files.filter(({ bytes }) => format === 'csv' && bytes === 0).map(({ file }) => `${file} (it is empty)`);
  const missing = [...empty, ...missingNumbers(files, manifests), ...missingFromManifests(files, manifests)];
  if (missing.length > 0) {
    throw new UserError(
      `the export in '${path}' is not whole, so no total would be. Missing, fetch them:\n${shortened(missing.map((name) => `  ${name}`)).join('\n')}`,
    );
  }
  const outside = found
    .filter((each) => !isInWindow(each))
    .map(({ file }): NotRead => ({ file, reason: 'month-outside' }));
  return { format, deliveries, superseded, notRead: [...notRead, ...outside] };
}

const MOST_LISTED = 20;

function shortened(lines: readonly string[]): string[] {
  const more = lines.length - MOST_LISTED;
  return more > 0 ? [...lines.slice(0, MOST_LISTED), `  and ${more} more`] : [...lines];
}

/** Names for a sentence: all of a few, else the first ones and how many more. */
export function listed(names: readonly string[]): string {
  const more = names.length - 3;
  return more > 0 ? `${names.slice(0, 3).join(', ')} and ${more} more` : names.join(', ');
}

/** Files without money that AWS and Spark put beside the data. */
const COMPANION =
  /manifest\.json$|\.(?:sql|ya?ml|crc)$|[\\/](?:_SUCCESS|\.DS_Store)$|[\\/]cost_and_usage_data_status[\\/]/i;

/** True if a file lies beside the data of every export and holds no amounts. */
export function isCompanion(path: string): boolean {
  return COMPANION.test(path);
}

interface Listing {
  readonly found: Found[];
  readonly manifests: Manifest[];
  readonly notRead: NotRead[];
}

async function listFiles(path: string): Promise<Listing> {
  const entry = await stat(path).catch(() => null);
  if (entry === null) throw new UserError(`'${path}' does not exist: give the file or the folder of the export`);
  const found: Found[] = [];
  const manifests: Manifest[] = [];
  const notRead: NotRead[] = [];
  if (entry.isFile()) {
    const format = await formatOf(path);
    if (format === null) throw new UserError(`'${path}' is neither Parquet nor CSV (plain or .gz)`);
    found.push({ file: path, format, bytes: entry.size, modifiedMs: entry.mtimeMs, ...NO_PLACE });
    return { found, manifests, notRead };
  }
  for (const each of await readdir(path, { recursive: true, withFileTypes: true })) {
    const file = join(each.parentPath, each.name);
    if (each.isDirectory()) continue;
    // a link counts as what it leads to
    const target = await stat(file).catch(() => null);
    const place = placeOf(resolve(file));
    if (target?.isFile() !== true) {
      notRead.push({ file, reason: target?.isDirectory() === true ? 'linked-folder' : 'no-file' });
    } else if (/manifest\.json$/i.test(each.name)) {
      manifests.push({ file, names: dataFilesIn(await readFile(file, 'utf8')), ...place });
    } else if (!isCompanion(file)) {
      const format = await formatOf(file);
      if (format === null) notRead.push({ file, reason: 'format' });
      else found.push({ file, format, bytes: target.size, modifiedMs: target.mtimeMs, ...place });
    }
  }
  return { found, manifests, notRead: notRead.sort((a, b) => (a.file < b.file ? -1 : 1)) };
}

const PARQUET = Buffer.from('PAR1');

async function formatOf(file: string): Promise<ExportFormat | null> {
  const name = basename(file);
  // macOS keeps attributes of x.csv in ._x.csv
  if (name.startsWith('._')) return null;
  if (/\.csv(?:\.gz)?$/i.test(name)) return 'csv';
  if (/\.parquet$/i.test(name)) return 'parquet';
  if (name.includes('.')) return null;
  return (await startsWith(file, PARQUET)) ? 'parquet' : null;
}

const NO_PLACE: Place = { month: null, monthFolder: null, versionFolder: null };

/** `BILLING_PERIOD=2026-08/<version>/x.parquet`, `20260801-20260901/<assembly>/x.csv.gz` or `year=2026/month=8/x.parquet`. */
function placeOf(path: string): Place {
  const folders = dirname(path).split(sep);
  const period = folders.findLastIndex((name) => monthOf(name, '2000') !== null);
  if (period < 0) return NO_PLACE;
  const year = /^year=(\d{4})$/i.exec(folders[period - 1] ?? '')?.[1];
  const month = monthOf(folders[period] ?? '', year);
  if (month === null) return NO_PLACE;
  const until = (count: number) => folders.slice(0, count).join(sep);
  return {
    month,
    monthFolder: until(period + 1),
    versionFolder: folders.length > period + 1 ? until(period + 2) : null,
  };
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

/** Any text of a manifest that ends as a data file does counts as the name of one, whatever field it stands in. */
function dataFilesIn(manifest: string): string[] {
  return [...manifest.matchAll(/"([^"]+\.(?:parquet|csv\.gz|csv))"/g)].map(([, name]) => name ?? '');
}

/**
 * Puts files together that are proven to be parts of one delivery: in one version's folder, named by one manifest, or numbered
 * parts of one name.
 */
function deliveriesOf(root: string, files: readonly Found[], manifests: readonly Manifest[]): PlacedDelivery[] {
  const namedBy = manifestOf(manifests);
  const groups = groupBy(files, (file) => {
    if (file.versionFolder !== null) return `version ${file.versionFolder}`;
    const manifest = namedBy(file);
    return manifest === undefined ? `name ${stemOf(file.file)}` : `manifest ${manifest.file}`;
  });
  return [...groups.values()].map((group): PlacedDelivery => {
    const { month = null, monthFolder = null, versionFolder = null } = group[0] ?? {};
    return {
      name:
        versionFolder === null
          ? listed(group.map(({ file }) => file))
          : relative(resolve(root), versionFolder) || versionFolder,
      files: group.map(({ file, bytes, modifiedMs }) => ({ file, bytes, modifiedMs, month })),
      month,
      monthFolder,
      versionFolder,
      versionTime: versionFolder === null ? null : timeOfVersion(basename(versionFolder)),
      modifiedMs: group.reduce((newest, { modifiedMs }) => Math.max(newest, modifiedMs), 0),
    };
  });
}

type PlacedDelivery = Delivery & Place;

/** Finds the manifest that names a file: its address of it has the same folders as the file, as far as both show them. */
function manifestOf(manifests: readonly Manifest[]): (file: Found) => Manifest | undefined {
  const entries = manifests.flatMap((manifest) =>
    manifest.names.map((name) => ({ manifest, name: basename(name), place: placeOf(name.split('/').join(sep)) })),
  );
  const byName = groupBy(entries, ({ name }) => name);
  return (file) =>
    byName.get(basename(file.file))?.find(({ place }) => {
      if (file.month === null || place.month === null) return true;
      return file.month === place.month && versionName(file) === versionName(place);
    })?.manifest;
}

const versionName = ({ versionFolder }: Place): string | null => versionFolder && basename(versionFolder);

/** AWS names a version of CUR 2.0 by time and execution: `20260806T010203Z-0a1b…`. */
function timeOfVersion(folder: string): string | null {
  return /^\d{4}-?\d{2}-?\d{2}T[\d:-]*/.exec(folder)?.[0].replaceAll(/[-:]/g, '') ?? null;
}

/**
 * Keeps of the versions of one month only the latest, where the delivery says which that is: by the times in the names of their
 * folders, or by the manifest in the month's folder, which AWS rewrites for every version. Otherwise all stay, and their rows decide.
 */
function newestVersions(
  deliveries: readonly PlacedDelivery[],
  manifests: readonly Manifest[],
): Pick<ExportFiles, 'deliveries' | 'superseded'> {
  const superseded: Superseded[] = [];
  const kept: Delivery[] = [];
  for (const [monthFolder, ofMonth] of groupBy(deliveries, (delivery) => delivery.monthFolder ?? '')) {
    const versions = ofMonth.filter(({ versionFolder }) => versionFolder !== null);
    const newest =
      versions.length === ofMonth.length && versions.length > 1
        ? (latestByTime(versions) ?? latestByManifest(monthFolder, versions, manifests))
        : undefined;
    if (newest === undefined) kept.push(...ofMonth);
    else {
      kept.push(newest);
      superseded.push({
        month: newest.month ?? '',
        older: ofMonth.filter((each) => each !== newest),
        newest,
      });
    }
  }
  return { deliveries: kept, superseded };
}

function latestByTime(versions: readonly PlacedDelivery[]): PlacedDelivery | undefined {
  if (versions.some(({ versionTime }) => versionTime === null)) return undefined;
  const [latest, second] = versions.toSorted((a, b) => ((a.versionTime ?? '') > (b.versionTime ?? '') ? -1 : 1));
  return latest?.versionTime === second?.versionTime ? undefined : latest;
}

function latestByManifest(
  monthFolder: string,
  versions: readonly PlacedDelivery[],
  manifests: readonly Manifest[],
): PlacedDelivery | undefined {
  const names = manifests
    .filter((manifest) => manifest.monthFolder === monthFolder && manifest.versionFolder === null)
    .flatMap((manifest) => manifest.names.map((name) => versionName(placeOf(name.split('/').join(sep)))));
  const named = versions.filter((version) => names.includes(versionName(version)));
  return named.length === 1 ? named[0] : undefined;
}

const PART = /-(\d{5})(?=\.[^/\\]*$)/;

/** `report-00001.snappy.parquet` and `report-00002.snappy.parquet` are parts of one delivery. */
export function stemOf(file: string): string {
  return file.replace(PART, '');
}

/** Parts are numbered from 1: a gap is a file that was not fetched. A manifest knows better. */
function missingNumbers(files: readonly Found[], manifests: readonly Manifest[]): string[] {
  const numbered = files.filter(({ file }) => PART.test(file));
  const namedBy = manifestOf(manifests);
  return [...groupBy(numbered, ({ file }) => stemOf(file)).values()].flatMap((parts) => {
    if (parts.some((part) => namedBy(part) !== undefined)) return [];
    const numbers = new Set(parts.map(({ file }) => Number(PART.exec(file)?.[1])));
    const example = parts[0]?.file ?? '';
    return Array.from({ length: Math.max(...numbers) }, (_, index) => index + 1)
      .filter((number) => !numbers.has(number))
      .map((number) => example.replace(PART, `-${String(number).padStart(5, '0')}`));
  });
}

/** Data files that a manifest of a month that is read names and that are not there. */
function missingFromManifests(files: readonly Found[], manifests: readonly Manifest[]): string[] {
  const present = new Set(files.map(({ file }) => basename(file)));
  const versions = new Set(files.map((file) => `${file.month} ${versionName(file)}`));
  return manifests
    .filter((manifest) => versions.has(`${manifest.month} ${versionName(manifest)}`))
    .flatMap(({ file, names }) =>
      names.filter((name) => !present.has(basename(name))).map((name) => `${name} (named by ${file})`),
    );
}
