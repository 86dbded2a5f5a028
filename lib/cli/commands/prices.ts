import { execFile } from 'node:child_process';
import { join, relative } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { bookRegions, priceBookFile, priceBookOf, writePriceBook } from '../../aws/prices/book-file.ts';
import { offerListing } from '../../aws/prices/offer-listing.ts';
import { priceDiff, type PriceDiff } from '../../aws/prices/price-diff.ts';
import { PRICE_LIST_URL, priceListUrl } from '../../aws/prices/price-list-url.ts';
import { refreshPrices, type ReadListing, type RefreshedBook } from '../../aws/prices/refresh-prices.ts';
import { UserError } from '../../errors/user-error.ts';
import { priceMeters, PRICE_SERVICES } from '../../meters/price-meters.ts';
import { PRICED_REGIONS } from '../../meters/region-prefixes.ts';
import { parsePriceBook, priceBook, stalePrices, type Price, type PriceBook } from '../../prices/price-book.ts';
import { csv, left, markdownTable, right, textTable, type Grid } from '../../report/grid.ts';
import { unitPriceText } from '../../report/unit-price.ts';
import { EXIT, type Command, type ExitStatus, type Io } from '../command.ts';
import { readJson } from '../input-file.ts';

const HELP = `Usage: fmpaths prices show    [--region R,R] [--filter TEXT] [--format table|json|csv|markdown]
       fmpaths prices refresh [--region R,R] [--service S,S] [--via bulk|api] [--dry-run] [--accept-jumps]
       fmpaths prices diff    [--region R,R] [--from FILE] [--to FILE] [--format table|json|csv|markdown]

The prices that every figure of this project is made of: config/prices/<region>.json.

show     the prices with unit, date, confidence and source. * marks what is older than 90 days.
refresh  reads today's prices from the AWS Price List into the books. A price that is absent, unclear or more than
         tenfold different there stays as it was, and is named.
diff     what changed since the last commit, or between two price books

  --region R,R      Regions (default: every Region that has a book; refresh starts a book for a new one)
  --filter TEXT     only ids, usage types, sources and notes that contain TEXT
  --service S,S     only these services: ${PRICE_SERVICES.join(', ')}
  --via bulk|api    bulk (default): the public offer files, no credentials needed. api: GetProducts, with credentials
  --dry-run         print what would change, write nothing
  --accept-jumps    take prices over that differ more than tenfold
  --from, --to      price books to compare (default: the last commit and the file as it is)
  --base-url URL    ${PRICE_LIST_URL} or an address on this machine (also FMPATHS_PRICE_LIST_URL)
  --format F        table (default), json, csv or markdown; refresh: table or json

Confidence: A AWS Price List or pricing page, B AWS blog, bill or golden file, C third party or derived.
Exit status: 0 done, 1 a price list could not be read, 2 what you wrote cannot be acted on.
`;

const OPTIONS = {
  region: { type: 'string' },
  filter: { type: 'string' },
  service: { type: 'string' },
  via: { type: 'string' },
  'dry-run': { type: 'boolean' },
  'accept-jumps': { type: 'boolean' },
  from: { type: 'string' },
  to: { type: 'string' },
  'base-url': { type: 'string' },
  format: { type: 'string' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

type OptionName = keyof typeof OPTIONS;

interface Action {
  readonly options: readonly OptionName[];
  readonly run: (values: Values, io: Io) => Promise<ExitStatus>;
}

const ACTIONS: Readonly<Record<string, Action>> = {
  show: { options: ['region', 'filter', 'format'], run: show },
  refresh: {
    options: ['region', 'service', 'via', 'dry-run', 'accept-jumps', 'base-url', 'format'],
    run: refresh,
  },
  diff: { options: ['region', 'from', 'to', 'format'], run: diff },
};

export const command: Command = {
  help: HELP,
  run: async (args, io) => {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const [name = '', ...more] = positionals;
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (action === undefined || more.length > 0) {
      throw new UserError(`prices takes one of ${Object.keys(ACTIONS).join(', ')}, got '${positionals.join(' ')}'`);
    }
    const foreign = Object.keys(values).find((option) => !action.options.includes(option as OptionName));
    if (foreign !== undefined) throw new UserError(`prices ${name} has no option --${foreign}`);
    return action.run(values, io);
  },
};

const PRICE_COLUMNS = [
  'id',
  'usd',
  'per',
  'service',
  'usageType',
  'source',
  'date',
  'confidence',
  'note',
] as const satisfies readonly (keyof Price)[];

async function show(values: Values, io: Io): Promise<ExitStatus> {
  const format = formatOf(values, ['table', 'json', 'csv', 'markdown']);
  const today = dayOf(io);
  const sought = values.filter?.toLowerCase() ?? '';
  const rows: { region: string; price: Price; stale: boolean }[] = [];
  for (const region of await regionsOf(values, io)) {
    const book = await readBook(priceBookFile(io.root, region));
    const stale = new Set(stalePrices(book.prices.values(), today));
    for (const price of book.prices.values()) {
      if (textOf(price).includes(sought)) rows.push({ region, price, stale: stale.has(price) });
    }
  }

  switch (format) {
    case 'json': {
      const prices = rows.map(({ region, price, stale }) => ({ region, ...price, stale }));
      io.stdout.write(`${JSON.stringify({ prices }, null, 2)}\n`);
      return EXIT.done;
    }
    case 'csv':
      io.stdout.write(
        csv(
          ['region', ...PRICE_COLUMNS, 'stale'],
          rows.map(({ region, price, stale }) => [
            region,
            ...PRICE_COLUMNS.map((column) => price[column] ?? null),
            stale,
          ]),
        ),
      );
      break;
    case 'table':
    case 'markdown': {
      const short = format === 'table';
      const grid: Grid = {
        title: 'Prices in US dollars; * is older than 90 days',
        columns: [
          left('Region'),
          left('Price id'),
          right('USD'),
          left('per'),
          left('Date'),
          left('Confidence'),
          left('Usage type'),
          ...(short ? [] : [left('Source'), left('Note')]),
        ],
        rows: rows.map(({ region, price, stale }) => [
          region,
          price.id,
          unitPriceText(price.usd),
          price.per,
          stale ? `${price.date} *` : price.date,
          price.confidence,
          price.usageType ?? '',
          ...(short ? [] : [price.source, price.note ?? '']),
        ]),
      };
      io.stdout.write(`${short ? textTable(grid) : markdownTable(grid)}\n`);
      if (short) io.stdout.write(`\n${rows.length} prices. Sources and notes: --format markdown, csv or json\n`);
    }
  }
  warnOfStale(rows.filter(({ stale }) => stale).length, rows.length, io);
  return EXIT.done;
}

async function refresh(values: Values, io: Io): Promise<ExitStatus> {
  const format = formatOf(values, ['table', 'json']);
  const services = listOf(values.service, PRICE_SERVICES, '--service') ?? PRICE_SERVICES;
  const regions = listOf(values.region, PRICED_REGIONS, '--region') ?? (await bookRegions(io.root));
  const read = await reader(values, io);
  const known = await bookRegions(io.root);
  const { parseCatalogue } = await import('../../config/config.ts');
  const meters = priceMeters(parseCatalogue(await readJson(join(io.root, 'config', 'models.json'))));
  const refreshed: { region: string; diff: PriceDiff; result: RefreshedBook }[] = [];
  for (const region of regions) {
    const file = priceBookFile(io.root, region);
    const old = known.includes(region) ? await readBook(file) : priceBook(region, []);
    const result = await refreshPrices(old, {
      meters,
      read,
      services,
      today: dayOf(io),
      acceptJumps: values['accept-jumps'] === true,
      onService: (service) => io.stderr.write(`${region}: reading ${service}\n`),
    });
    if (result.read.length > 0 && values['dry-run'] !== true) await writePriceBook(file, result.book);
    refreshed.push({ region, diff: priceDiff(old, result.book), result });
  }

  if (format === 'json') {
    const report = refreshed.map(({ region, diff: { changes, confirmed }, result: { failed, kept, byHand } }) => ({
      region,
      changes,
      confirmed,
      kept,
      byHand,
      failed,
    }));
    io.stdout.write(`${JSON.stringify({ written: values['dry-run'] !== true, regions: report }, null, 2)}\n`);
  } else {
    for (const { region, diff, result } of refreshed) io.stdout.write(refreshText(region, diff, result, io));
  }
  for (const { region, result } of refreshed) {
    for (const reason of new Set(result.failed.map((one) => one.reason))) {
      const services = result.failed.filter((one) => one.reason === reason).map(({ service }) => service);
      const whose = services.length === 1 ? 'its' : 'their';
      io.stderr.write(`fmpaths: ${region} ${services.join(', ')}: ${reason}; ${whose} prices are as they were\n`);
    }
  }
  return refreshed.some(({ result }) => result.failed.length > 0) ? EXIT.failed : EXIT.done;
}

function refreshText(region: string, diff: PriceDiff, { kept, byHand, book }: RefreshedBook, io: Io): string {
  const stale = stalePrices(book.prices.values(), dayOf(io));
  const counts = `${diff.changes.length} changed or new, ${diff.confirmed} confirmed, ${kept.length} kept, ${byHand.length} kept by hand, ${stale.length} older than 90 days`;
  return [
    `${region}: ${counts}\n`,
    diff.changes.length > 0 ? diffText('table', [diff]) : '',
    ...kept.map(({ id, reason }) => `  kept ${id}: ${reason}\n`),
    '\n',
  ].join('');
}

async function reader(values: Values, io: Io): Promise<ReadListing> {
  const address = values['base-url'] ?? io.env['FMPATHS_PRICE_LIST_URL'];
  const url = priceListUrl(address);
  switch (values.via ?? 'bulk') {
    case 'bulk':
      return (service, region, usageTypes) => offerListing(url, service, region, usageTypes);
    case 'api': {
      const { getProducts, pricingClient } = await import('../../aws/prices/get-products.ts');
      const client = await pricingClient(url.origin === PRICE_LIST_URL ? undefined : url);
      return (service, region, usageTypes) => getProducts(client, service, region, usageTypes);
    }
    default:
      throw new UserError(`--via must be bulk or api, got '${values.via}'`);
  }
}

async function diff(values: Values, io: Io): Promise<ExitStatus> {
  const format = formatOf(values, ['table', 'json', 'csv', 'markdown']);
  const diffs: PriceDiff[] = [];
  if (values.from !== undefined && values.to !== undefined) {
    const [before, after] = await Promise.all([readBook(values.from), readBook(values.to)]);
    if (before.region !== after.region) {
      throw new UserError(
        `--from is a book of ${before.region}, --to one of ${after.region}: compare two of one Region`,
      );
    }
    diffs.push(priceDiff(before, after));
  } else if (values.from !== undefined || values.to !== undefined) {
    const given = await readBook(values.from ?? values.to ?? '');
    const own = await readBook(priceBookFile(io.root, given.region));
    diffs.push(values.from === undefined ? priceDiff(own, given) : priceDiff(given, own));
  } else {
    for (const region of await regionsOf(values, io)) {
      const file = priceBookFile(io.root, region);
      diffs.push(priceDiff(await committedBook(file, region, io), await readBook(file)));
    }
  }
  if (format === 'json') {
    const changes = diffs.flatMap((one) => one.changes);
    const confirmed = diffs.reduce((sum, one) => sum + one.confirmed, 0);
    io.stdout.write(`${JSON.stringify({ changes, confirmed }, null, 2)}\n`);
  } else {
    io.stdout.write(diffText(format, diffs));
  }
  return EXIT.done;
}

function diffText(format: 'table' | 'csv' | 'markdown', diffs: readonly PriceDiff[]): string {
  const changes = diffs.flatMap((one) => one.changes);
  if (format === 'csv') {
    return csv(
      ['region', 'id', 'change', 'before', 'after', 'percent', 'per'],
      changes.map(({ region, id, kind, before, after, percent }) => [
        region,
        id,
        kind,
        before?.usd ?? null,
        after?.usd ?? null,
        percent,
        unitsText(before, after),
      ]),
    );
  }
  if (format === 'table' && changes.length === 0) {
    return `no price changed, ${diffs.reduce((sum, one) => sum + one.confirmed, 0)} confirmed\n`;
  }
  const grid: Grid = {
    title: 'Changes of prices in US dollars',
    columns: [
      left('Region'),
      left('Price id'),
      left('Change'),
      right('Before'),
      right('After'),
      right('Percent'),
      left('per'),
    ],
    rows: changes.map(({ region, id, kind, before, after, percent }) => [
      region,
      id,
      kind,
      before === null ? '' : unitPriceText(before.usd),
      after === null ? '' : unitPriceText(after.usd),
      percent === null ? '' : `${percent > 0 ? '+' : ''}${percent.toFixed(1)}`,
      unitsText(before, after),
    ]),
  };
  return `${format === 'table' ? textTable(grid) : markdownTable(grid)}\n`;
}

function unitsText(before: Price | null, after: Price | null): string {
  const units = [before?.per, after?.per].filter((unit) => unit !== undefined);
  return [...new Set(units)].join(' -> ');
}

/** The book of the last commit; empty where the commit has none. */
async function committedBook(file: string, region: string, io: Io): Promise<PriceBook> {
  const path = relative(io.root, file);
  const git = (...args: string[]) =>
    promisify(execFile)('git', ['-C', io.root, ...args], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  try {
    await git('rev-parse', '--verify', 'HEAD');
  } catch {
    throw new UserError(`${io.root} has no git commit to compare with: name a price book with --from`);
  }
  const { stdout: listed } = await git('ls-tree', '--name-only', 'HEAD', '--', path);
  if (listed === '') return priceBook(region, []);
  const { stdout } = await git('show', `HEAD:./${path}`);
  return priceBookOf(stdout, `${path} of the last commit`);
}

const readBook = async (file: string): Promise<PriceBook> => parsePriceBook(await readJson(file), file);

async function regionsOf(values: Values, io: Io): Promise<readonly string[]> {
  const known = await bookRegions(io.root);
  return listOf(values.region, known, '--region') ?? known;
}

function listOf<T extends string>(text: string | undefined, allowed: readonly T[], option: string): T[] | undefined {
  return text?.split(',').map((part) => {
    const found = allowed.find((value) => value === part.trim());
    if (found === undefined) throw new UserError(`${option}: unknown '${part.trim()}'. Known: ${allowed.join(', ')}`);
    return found;
  });
}

function formatOf<T extends string>(values: Values, allowed: readonly [T, ...T[]]): T {
  const given = values.format ?? allowed[0];
  const format = allowed.find((value) => value === given);
  if (format === undefined) throw new UserError(`--format must be one of ${allowed.join(', ')}, got '${given}'`);
  return format;
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

function dayOf(io: Io): string {
  return io.now().toISOString().slice(0, 10);
}
