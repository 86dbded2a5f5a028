import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCatalogue } from '../config.ts';
import { parsePriceBook, type PriceBook } from '../cost/price-book.ts';
import { regionForPath, type RegionChoice } from '../cost/region-choice.ts';
import { parseWorkload, type Workload } from '../cost/workload.ts';
import { UserError } from '../errors.ts';
import type { ModelCatalogue } from '../models.ts';
import type { PathId } from '../paths.ts';
import { BILL_MESSAGES, type Language } from '../report/bill-messages.ts';
import { FORMATS, type Format } from '../report/bill.ts';
import type { Io } from './command.ts';

/** Options of every command that prices a workload. */
export const COST_OPTIONS = {
  workload: { type: 'string' },
  region: { type: 'string' },
  prices: { type: 'string' },
  format: { type: 'string', default: 'table' },
  lang: { type: 'string', default: 'en' },
} as const;

export const COST_OPTIONS_HELP = `  --workload F   the workload (default: config/workloads/default.json)
  --region R     Region of the prices (default: the workload's, else us-east-1)
  --prices F     a price book of your own; every path is priced by it
  --format F     table (default), json, csv or markdown
  --lang L       en (default), ja or zh
`;

export interface CostOptions {
  readonly workload?: string | undefined;
  readonly region?: string | undefined;
  readonly prices?: string | undefined;
  readonly format: string;
  readonly lang: string;
}

export interface CostInputs {
  readonly workload: Workload;
  readonly region: string;
  readonly today: string;
  readonly format: Format;
  readonly language: Language;
  /** Where each path is priced, and with what. */
  readonly priced: (path: PathId, workload?: Workload) => { readonly book: PriceBook; readonly choice: RegionChoice };
}

/** Reads what a command prices. @throws UserError for anything in it that cannot be acted on */
export async function costInputs(options: CostOptions, io: Io, given?: Workload): Promise<CostInputs> {
  const format = FORMATS.find((name) => name === options.format);
  if (format === undefined) throw new UserError(`--format must be ${FORMATS.join(', ')}, got '${options.format}'`);
  const languages = Object.keys(BILL_MESSAGES) as Language[];
  const language = languages.find((name) => name === options.lang);
  if (language === undefined) throw new UserError(`--lang must be ${languages.join(', ')}, got '${options.lang}'`);

  const workload = given ?? (await readWorkload(options.workload, io));
  const today = io.now().toISOString().slice(0, 10);
  if (options.prices !== undefined) {
    const book = parsePriceBook(await readJson(options.prices), options.prices);
    if (options.region !== undefined && options.region !== book.region) {
      throw new UserError(`--region is '${options.region}', but ${options.prices} holds the prices of ${book.region}`);
    }
    const choice = { region: book.region };
    return { workload, region: book.region, today, format, language, priced: () => ({ book, choice }) };
  }

  const region = options.region ?? workload.region ?? 'us-east-1';
  const [books, catalogue] = await Promise.all([shippedBooks(region, io), shippedCatalogue(io)]);
  const regions = [...books.keys()];
  return {
    workload,
    region,
    today,
    format,
    language,
    priced: (path, changed = workload) => {
      const choice = regionForPath(path, changed, region, catalogue, regions);
      const book = books.get(choice.region);
      if (book === undefined) throw new Error(`no price book of ${choice.region}`);
      return { book, choice };
    },
  };
}

/** @throws UserError for anything that is no number of at least `least` */
export function numberOption(name: string, text: string | undefined, least = 0): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < least) {
    throw new UserError(`${name} must be a number of at least ${least}, got '${text}'`);
  }
  return value;
}

async function readWorkload(file: string | undefined, io: Io): Promise<Workload> {
  const name = file ?? join(io.root, 'config', 'workloads', 'default.json');
  return parseWorkload(await readJson(name), file ?? 'config/workloads/default.json');
}

/** @throws UserError where the file cannot be read or is not JSON */
export async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(`cannot read '${file}': ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new UserError(`'${file}' is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function shippedBooks(region: string, io: Io): Promise<Map<string, PriceBook>> {
  const folder = join(io.root, 'config', 'prices');
  const regions = (await readdir(folder)).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5));
  if (!regions.includes(region)) {
    throw new UserError(
      `no prices of Region '${region}'; there are prices of ${regions.join(', ')}. Fetch others with 'fmpaths prices refresh --region ${region}'`,
    );
  }
  const books = await Promise.all(
    regions.map(async (name) => {
      const file = join(folder, `${name}.json`);
      return [name, parsePriceBook(await readJson(file), `config/prices/${name}.json`)] as const;
    }),
  );
  return new Map(books);
}

async function shippedCatalogue(io: Io): Promise<ModelCatalogue> {
  return parseCatalogue(await readJson(join(io.root, 'config', 'models.json')));
}
