import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  bookRegions,
  priceBookFile,
  priceBookOf,
  requiredPriceBook,
  shippedPriceBook,
  writePriceBook,
} from '../../aws/prices/book-file.ts';
import { offerListing } from '../../aws/prices/offer-listing.ts';
import { priceDiff } from '../../aws/prices/price-diff.ts';
import { PRICE_LIST_URL, priceListUrl } from '../../aws/prices/price-list-url.ts';
import { refreshPrices, type ReadListing } from '../../aws/prices/refresh-prices.ts';
import { dayOf } from '../../billing/days.ts';
import { UserError } from '../../errors/user-error.ts';
import { PRICE_SERVICES } from '../../meters/price-meters.ts';
import { PRICED_REGIONS } from '../../meters/region-prefixes.ts';
import { parsePriceBook, priceBook, stalePrices, type Price, type PriceBook } from '../../prices/price-book.ts';
import { printableLine } from '../../printable.ts';
import {
  priceDiffDocument,
  pricesDocument,
  refreshDocument,
  type ListedPrice,
  type PriceChanges,
  type RefreshedRegion,
} from '../../report/prices.ts';
import { shippedCatalogue } from '../catalogue-file.ts';
import { EXIT, type Command, type ExitStatus, type Io } from '../command.ts';
import { readJson } from '../input-file.ts';
import {
  RESULT_OPTIONS,
  actionArgument,
  listOf,
  oneOf,
  parseArguments,
  requireOwnOptions,
  resultHelp,
  shownAs,
  unexpectedArgument,
  type Shown,
} from '../options.ts';
import { show } from '../output.ts';
import { CHECK_OPTIONS, checkPriceBooks } from '../prices-check.ts';
import { tellPrivatePrices } from '../private-prices.ts';

const HELP = `Usage: fmpaths prices show    [--region R,R] [--filter TEXT]
       fmpaths prices refresh [--region R,R] [--service S,S] [--via bulk|api] [--dry-run]
                              [--accept-jumps] [--accept-moves]
       fmpaths prices diff    [--region R,R] [--from FILE] [--to FILE]
       fmpaths prices check   --against FILE [--region R,R]
       fmpaths prices check   --account [--region R,R] [--operation TEXT] [--out FILE] [--dry-run]

The prices that every figure of this project is made of: config/prices/<region>.json.

show     the prices with unit, date, grade and source. * marks what is older than 90 days.
refresh  reads today's prices from the AWS Price List into the books: those of the models of config/models.json, by the
         name that each entry has in the list. A price that is absent, unclear or not to be believed there stays as it was,
         and is named. Models in no catalogue and usage types of no price are listed, never written.
diff     what changed since the last commit, or between two price books
check    holds the shipped books against a second source. --against: a file in LiteLLM's format, such as
         model_prices_and_context_window.json. --account: AWS's own price of each usage type, before and after your
         discounts (GetUsageLinesEstimatedCost, which stores nothing and is signed for us-east-1). Prices of your own
         are written to config/private-prices/<region>.json, which git ignores; estimates use them at once, a stack
         from its next deployment. Delete the file to return to the shipped prices. A price is written only where AWS's
         list price is the book's and yours is above 0 and not above it. It needs the IAM action bcm-pricing-calculator:GetUsageLinesEstimatedCost. Not
         confirmed on an account: which operation AWS wants for Bedrock, and whether it counts a free tier.

  --region R,R      Regions (default: every Region that has a book; refresh starts a book for a new one)
  --filter TEXT     only ids, usage types, sources and notes that contain TEXT
  --service S,S     only these services: ${PRICE_SERVICES.join(', ')}
  --via bulk|api    bulk (default): the public offer files, no credentials needed. api: GetProducts, with credentials
  --against FILE    a second public file of prices
  --account         ask AWS, with your credentials
  --operation TEXT  operation of every line that is asked (default: none)
  --out FILE        write the private prices of one Region there; only those in config/private-prices are used
  --dry-run         print what would change, write nothing
  --accept-jumps    take prices over that differ more than tenfold: a misread unit, as a rule
  --accept-moves    take prices over that differ by more than 30 % although the list is not newer than the price in the book
  --from, --to      price books to compare (default: the last commit and the file as it is)
  --base-url URL    ${PRICE_LIST_URL} or an address on this machine (also FMPATHS_PRICE_LIST_URL)
${resultHelp(20)}
Grade, by what was read: A AWS's own file or page, B two independent transcriptions that agree, C one transcription,
D derived or assumed.
Exit status: 0 done, 1 a price list could not be read, AWS priced nothing or check compared nothing, 2 what you wrote
cannot be acted on, 3 check found a price that differs from the book (a price of your own does not count).
`;

const OPTIONS = {
  region: { type: 'string' },
  filter: { type: 'string' },
  service: { type: 'string' },
  via: { type: 'string' },
  'dry-run': { type: 'boolean' },
  'accept-jumps': { type: 'boolean' },
  'accept-moves': { type: 'boolean' },
  from: { type: 'string' },
  to: { type: 'string' },
  'base-url': { type: 'string' },
  ...CHECK_OPTIONS,
  ...RESULT_OPTIONS,
} as const;

type Values = ReturnType<typeof parseArguments<typeof OPTIONS>>['values'];

interface Action {
  /** Besides those of every result. */
  readonly options: readonly (keyof typeof OPTIONS)[];
  readonly run: (values: Values, shown: Shown, io: Io) => Promise<ExitStatus>;
}

const ACTIONS = {
  show: { options: ['region', 'filter'], run: list },
  refresh: {
    options: ['region', 'service', 'via', 'dry-run', 'accept-jumps', 'accept-moves', 'base-url'],
    run: refresh,
  },
  diff: { options: ['region', 'from', 'to'], run: diff },
  check: { options: ['region', 'against', 'account', 'operation', 'out', 'dry-run'], run: checkPriceBooks },
} as const satisfies Record<string, Action>;

export const command: Command = {
  help: HELP,
  run: async (args, io) => {
    const { values, positionals } = parseArguments('prices', args, OPTIONS);
    const name = actionArgument('prices', positionals, Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]);
    if (positionals[1] !== undefined) throw unexpectedArgument('prices', positionals[1]);
    const { options, run }: Action = ACTIONS[name];
    requireOwnOptions(`prices ${name}`, values, [...options, ...Object.keys(RESULT_OPTIONS)]);
    return run(values, shownAs(values), io);
  },
};

async function list(values: Values, { format, language }: Shown, io: Io): Promise<ExitStatus> {
  const today = dayOf(io.now());
  const sought = values.filter?.toLowerCase() ?? '';
  const rows: ListedPrice[] = [];
  for (const region of await regionsOf(values, io)) {
    const book = await requiredPriceBook(io.root, region);
    tellPrivatePrices([book], io);
    const stale = new Set(stalePrices(book.prices.values(), today));
    for (const price of book.prices.values()) {
      if (textOf(price).includes(sought)) rows.push({ region, price, stale: stale.has(price) });
    }
  }
  await show(pricesDocument(rows, language), format, io);
  warnOfStale(rows.filter(({ stale }) => stale).length, rows.length, io);
  return EXIT.done;
}

async function refresh(values: Values, { format, language }: Shown, io: Io): Promise<ExitStatus> {
  const services = values.service === undefined ? PRICE_SERVICES : listOf('service', values.service, PRICE_SERVICES);
  const known = await bookRegions(io.root);
  const regions = values.region === undefined ? known : listOf('region', values.region, PRICED_REGIONS);
  const catalogue = await shippedCatalogue(io);
  const read = await reader(values, io);
  const written = values['dry-run'] !== true;
  const refreshed: RefreshedRegion[] = [];
  for (const region of regions) {
    const file = priceBookFile(io.root, region);
    const old = known.includes(region) ? await shippedPriceBook(io.root, region) : priceBook(region, []);
    const {
      book,
      read: ids,
      ...found
    } = await refreshPrices(old, {
      catalogue,
      read,
      services,
      today: dayOf(io.now()),
      acceptJumps: values['accept-jumps'] === true,
      acceptMoves: values['accept-moves'] === true,
      onService: (service) => io.stderr.write(`${region}: reading ${service}\n`),
    });
    if (ids.length > 0 && written) await writePriceBook(file, book);
    const stale = stalePrices(book.prices.values(), dayOf(io.now())).length;
    refreshed.push({ region, ...priceDiff(old, book), ...found, stale });
  }
  await show(refreshDocument(refreshed, written, language), format, io);
  for (const { region, failed } of refreshed) {
    for (const reason of new Set(failed.map((one) => one.reason))) {
      const names = failed.filter((one) => one.reason === reason).map(({ service }) => service);
      const whose = names.length === 1 ? 'its' : 'their';
      io.stderr.write(
        `fmpaths: ${region} ${names.join(', ')}: ${printableLine(reason)}; ${whose} prices are as they were\n`,
      );
    }
  }
  return refreshed.some(({ failed }) => failed.length > 0) ? EXIT.failed : EXIT.done;
}

async function reader(values: Values, io: Io): Promise<ReadListing> {
  const address = values['base-url'] ?? io.env['FMPATHS_PRICE_LIST_URL'];
  const url = priceListUrl(address);
  switch (oneOf('via', values.via ?? 'bulk', ['bulk', 'api'])) {
    case 'bulk':
      return (service, region, usageTypes) => offerListing(url, service, region, usageTypes);
    case 'api': {
      const { getProducts, pricingClient } = await import('../../aws/prices/get-products.ts');
      const client = await pricingClient(url.origin === PRICE_LIST_URL ? undefined : url);
      return (service, region, usageTypes) => getProducts(client, service, region, usageTypes);
    }
  }
}

async function diff(values: Values, { format, language }: Shown, io: Io): Promise<ExitStatus> {
  const diffs: PriceChanges[] = [];
  if (values.from !== undefined && values.to !== undefined) {
    const [before, after] = await Promise.all([readBook(values.from), readBook(values.to)]);
    if (before.region !== after.region) {
      throw new UserError(
        `'--from' is a book of ${before.region}, '--to' one of ${after.region}: compare two of one Region`,
      );
    }
    diffs.push(priceDiff(before, after));
  } else if (values.from !== undefined || values.to !== undefined) {
    const given = await readBook(values.from ?? values.to ?? '');
    const own = await shippedPriceBook(io.root, given.region);
    diffs.push(values.from === undefined ? priceDiff(own, given) : priceDiff(given, own));
  } else {
    for (const region of await regionsOf(values, io)) {
      diffs.push(priceDiff(await committedBook(region, io), await shippedPriceBook(io.root, region)));
    }
  }
  const all: PriceChanges = {
    changes: diffs.flatMap(({ changes }) => changes),
    confirmed: diffs.reduce((sum, { confirmed }) => sum + confirmed, 0),
  };
  await show(priceDiffDocument(all, language), format, io);
  return EXIT.done;
}

/** The book of the last commit; empty where the commit has none. */
async function committedBook(region: string, io: Io): Promise<PriceBook> {
  const path = priceBookFile('', region);
  const git = (...args: string[]) =>
    promisify(execFile)('git', ['-C', io.root, ...args], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  try {
    await git('rev-parse', '--verify', 'HEAD');
  } catch {
    throw new UserError(`${io.root} has no git commit to compare with: name a price book with '--from'`);
  }
  const { stdout: listed } = await git('ls-tree', '--name-only', 'HEAD', '--', path);
  if (listed === '') return priceBook(region, []);
  const { stdout } = await git('show', `HEAD:./${path}`);
  return priceBookOf(stdout, `${path} of the last commit`);
}

const readBook = async (file: string): Promise<PriceBook> => parsePriceBook(await readJson(file), file);

async function regionsOf(values: Values, io: Io): Promise<readonly string[]> {
  const known = await bookRegions(io.root);
  return values.region === undefined ? known : listOf('region', values.region, known);
}

function textOf({ id, usageType = '', source, note = '' }: Price): string {
  return `${id}\n${usageType}\n${source}\n${note}`.toLowerCase();
}

function warnOfStale(stale: number, total: number, io: Io): void {
  if (stale === 0) return;
  io.stderr.write(
    `fmpaths: ${stale} of ${total} prices are older than 90 days: 'npx fmpaths prices refresh' reads today's\n`,
  );
}
