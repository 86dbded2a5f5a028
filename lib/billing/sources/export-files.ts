import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';

import { UserError } from '../../errors/user-error.ts';
import type { NotRead } from '../bill.ts';
import { groupBy } from '../../sums.ts';
import type { Window } from '../days.ts';
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
  /** Folder of the month; null where there is none. */
  readonly monthFolder: string | null;
  /** True if AWS made its folder for one version of the month. */
  readonly isVersion: boolean;
  /** The manifest that names its files; null where none does. */
  readonly manifest: string | null;
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
  /** Folder below the folder of the month, other than that of a partition; null where files lie in the month's folder itself. */
  readonly versionFolder: string | null;
  /** True if the name of that folder proves that AWS made it for a version of the month. */
  readonly isVersion: boolean;
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
  const entries = entriesOf(inWindow, manifests);
  const { deliveries, superseded } = newestVersions(deliveriesOf(path, inWindow, entries), manifests);
  const isRead = new Set(deliveries.flatMap(({ files }) => files.map(({ file }) => file)));
  const files = inWindow.filter(({ file }) => isRead.has(file));
  // a month without charges still has a header; what Parquet lacks is found by reading it
  const empty = files.filter(({ bytes }) => format === 'csv' && bytes === 0).map(({ file }) => `${file} (it is empty)`);
  const missing = [...empty, ...missingNumbers(files, entries), ...missingFromManifests(entries, isInWindow)];
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

const NO_PLACE: Place = { month: null, monthFolder: null, versionFolder: null, isVersion: false };

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
    versionFolder: (folders[period + 1] ?? '=').includes('=') ? null : until(period + 2),
    isVersion: isVersion(folders[period] ?? '', folders[period + 1]),
  };
}

/**
 * True for the folder of one version of a month: AWS names it by time and execution (`20260806T010203Z-0a1b…`), or, in the layout
 * of the legacy report, by an assembly id. Any other folder only says that its files belong together.
 */
function isVersion(period: string, folder: string | undefined): boolean {
  if (folder === undefined) return false;
  if (/^\d{8}-\d{8}$/.test(period)) return true;
  return /^BILLING_PERIOD=/i.test(period) && /^\d{4}-?\d{2}-?\d{2}T[\d:.-]*Z?-[\da-f][\da-f-]*$/i.test(folder);
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
function deliveriesOf(root: string, files: readonly Found[], entries: readonly Entry[]): PlacedDelivery[] {
  const namedBy = new Map(entries.map(({ file, manifest }) => [file?.file, manifest.file]));
  const stems = groupBy(files, ({ file }) => stemOf(file));
  const groups = groupBy(files, (file) => {
    if (file.versionFolder !== null) return `version ${file.versionFolder}`;
    const manifest = namedBy.get(file.file);
    if (manifest !== undefined) return `manifest ${manifest}`;
    const siblings = stems.get(stemOf(file.file)) ?? [];
    // parts of equal size may be one part twice: only their rows can tell
    const isTwin = siblings.some((other) => other !== file && other.bytes === file.bytes);
    return isNumbering(siblings) && !isTwin ? `name ${stemOf(file.file)}` : `file ${file.file}`;
  });
  return [...groups.values()].map((group): PlacedDelivery => {
    const { month = null, monthFolder = null, versionFolder = null, isVersion = false } = group[0] ?? {};
    return {
      name:
        versionFolder === null
          ? listed(group.map(({ file }) => file))
          : relative(resolve(root), versionFolder) || versionFolder,
      files: group.map(({ file, bytes, modifiedMs }) => ({ file, bytes, modifiedMs, month })),
      month,
      monthFolder,
      versionFolder,
      isVersion,
      versionTime: versionFolder === null || !isVersion ? null : timeOfVersion(basename(versionFolder)),
      manifest: namedBy.get(group[0]?.file) ?? null,
      modifiedMs: group.reduce((newest, { modifiedMs }) => Math.max(newest, modifiedMs), 0),
    };
  });
}

type PlacedDelivery = Delivery & Place;

/** A data file that a manifest names, and the file found for it. */
interface Entry {
  readonly manifest: Manifest;
  readonly name: string;
  readonly place: Place;
  readonly file: Found | undefined;
}

/**
 * Finds the file of every entry of the manifests: below the folder of the export that the manifest is of, with the name and the
 * folders that the entry has, as far as both show them. A copy elsewhere, or beside it under another folder, is not that file.
 */
function entriesOf(files: readonly Found[], manifests: readonly Manifest[]): Entry[] {
  const byName = groupBy(files, ({ file }) => basename(file));
  return manifests.flatMap((manifest) =>
    manifest.names.map((name): Entry => {
      const address = name.split('/').join(sep);
      const place = placeOf(address);
      const candidates = (byName.get(basename(address)) ?? [])
        .filter((file) => resolve(file.file).startsWith(exportFolder(manifest.file)))
        .filter((file) => isSamePlace(file, place))
        .map((file) => ({ file, alike: commonEnd(resolve(file.file), address) }))
        .sort((one, other) => other.alike - one.alike || (one.file.file < other.file.file ? -1 : 1));
      return { manifest, name, place, file: candidates[0]?.file };
    }),
  );
}

const isSamePlace = (file: Place, entry: Place): boolean =>
  file.month === null ||
  entry.month === null ||
  (file.month === entry.month && versionName(file) === versionName(entry));

/** `<prefix>/<name>/` of `<prefix>/<name>/metadata/…/manifest.json`, else the folder of the manifest itself. */
function exportFolder(manifest: string): string {
  const folders = dirname(resolve(manifest)).split(sep);
  const metadata = folders.lastIndexOf('metadata');
  return `${(metadata < 0 ? folders : folders.slice(0, metadata)).join(sep)}${sep}`;
}

/** Number of folders and names, from the end, that two paths have in common. */
function commonEnd(one: string, other: string): number {
  const [first, second] = [one.split(sep).reverse(), other.split(sep).reverse()];
  const different = first.findIndex((name, index) => name !== second[index]);
  return different < 0 ? first.length : different;
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
    const latest = latestByTime(versions) ?? latestByManifest(monthFolder, versions, manifests);
    const [newest] = latest ?? [];
    const older = latest === undefined ? [] : versions.filter((each) => !latest.includes(each));
    // what lies beside the folders of versions is no version: rows decide about it
    kept.push(...ofMonth.filter((each) => !older.includes(each)));
    if (newest !== undefined && older.length > 0) superseded.push({ month: newest.month ?? '', older, newest });
  }
  return { deliveries: kept, superseded };
}

/** The versions of the latest time: one, or several where its folder was copied. */
function latestByTime(versions: readonly PlacedDelivery[]): PlacedDelivery[] | undefined {
  if (versions.length < 2 || versions.some(({ versionTime }) => versionTime === null)) return undefined;
  const times = versions.map(({ versionTime }) => versionTime ?? '').sort();
  return versions.filter(({ versionTime }) => versionTime === times.at(-1));
}

function latestByManifest(
  monthFolder: string,
  versions: readonly PlacedDelivery[],
  manifests: readonly Manifest[],
): PlacedDelivery[] | undefined {
  if (versions.length < 2) return undefined;
  const names = manifests
    .filter((manifest) => manifest.monthFolder === monthFolder && manifest.versionFolder === null)
    .flatMap((manifest) => manifest.names.map((name) => versionName(placeOf(name.split('/').join(sep)))));
  const named = versions.filter((version) => names.includes(versionName(version)));
  return named.length === 1 ? named : undefined;
}

const PART = /-(\d{5})(?=\.[^/\\]*$)/;

/** `report-00001.snappy.parquet` and `report-00002.snappy.parquet` are parts of one delivery. */
export function stemOf(file: string): string {
  return file.replace(PART, '');
}

/** AWS numbers parts from 1. Numbers that begin at 0, or lie far apart as those of accounts do, are something else. */
function isNumbering(parts: readonly Found[]): boolean {
  const numbers = parts.map(({ file }) => Number(PART.exec(file)?.[1] ?? Number.NaN));
  return numbers.every((number) => number > 0 && number <= 20 + 20 * parts.length);
}

/** A gap in the numbers of parts is a file that was not fetched. A manifest knows better. */
function missingNumbers(files: readonly Found[], entries: readonly Entry[]): string[] {
  const named = new Set(entries.map(({ file }) => file?.file));
  const numbered = files.filter(({ file }) => PART.test(file));
  return [...groupBy(numbered, ({ file }) => stemOf(file)).values()].flatMap((parts) => {
    if (!isNumbering(parts) || parts.some(({ file }) => named.has(file))) return [];
    const numbers = new Set(parts.map(({ file }) => Number(PART.exec(file)?.[1])));
    const example = parts[0]?.file ?? '';
    return Array.from({ length: Math.max(...numbers) }, (_, index) => index + 1)
      .filter((number) => !numbers.has(number))
      .map((number) => example.replace(PART, `-${String(number).padStart(5, '0')}`));
  });
}

/**
 * Data files that a manifest names and that are not there: of the months that are read, and of the versions of a month only of the
 * latest, for it replaces the others.
 */
function missingFromManifests(entries: readonly Entry[], isInWindow: (place: Place) => boolean): string[] {
  const placed = entries
    .map((entry) => ({ ...entry, at: entry.place.month === null ? entry.manifest : entry.place }))
    .filter(({ at }) => isInWindow(at));
  const latest = new Map<string, string>();
  const key = ({ manifest, at }: (typeof placed)[number]) => `${exportFolder(manifest.file)} ${at.month}`;
  for (const entry of placed) {
    const time = timeOfVersion(versionName(entry.at) ?? '') ?? '';
    if (time > (latest.get(key(entry)) ?? '')) latest.set(key(entry), time);
  }
  const isLatest = (entry: (typeof placed)[number]) =>
    (timeOfVersion(versionName(entry.at) ?? '') ?? '') === (latest.get(key(entry)) ?? '');
  return placed
    .filter((entry) => entry.file === undefined && isLatest(entry))
    .map(({ name, manifest }) => `${name} (named by ${manifest.file})`);
}
