import { rm, stat } from 'node:fs/promises';
import { bookRegions, privatePricesFile, replaceFile, shippedPriceBook } from '../aws/prices/book-file.ts';
import { dayOf } from '../billing/days.ts';
import { UserError } from '../errors/user-error.ts';
import { isMissingFile } from '../errors/file-errors.ts';
import { priceMeters } from '../meters/price-meters.ts';
import { parseLitellmPrices } from '../prices/litellm-prices.ts';
import { checkPrices, type PriceCheck } from '../prices/price-check.ts';
import { printableLine } from '../printable.ts';
import { privatePricesText, type PrivatePrice } from '../prices/private-prices.ts';
import {
  accountPricesDocument,
  isAsked,
  isPriced,
  priceCheckDocument,
  type AccountPrices,
  type CheckedAccount,
} from '../report/price-check.ts';
import { shippedCatalogue } from './catalogue-file.ts';
import { EXIT, type ExitStatus, type Io } from './command.ts';
import { readJson } from './input-file.ts';
import { excludeEachOther, explained, listOf, type Shown } from './options.ts';
import { show } from './output.ts';

export interface PriceCheckOptions {
  readonly against?: string | undefined;
  readonly account?: boolean | undefined;
  readonly region?: string | undefined;
  readonly operation?: string | undefined;
  readonly out?: string | undefined;
  readonly 'dry-run'?: boolean | undefined;
}

export const CHECK_OPTIONS = {
  against: { type: 'string' },
  account: { type: 'boolean' },
  operation: { type: 'string' },
  out: { type: 'string' },
} as const;

/** Holds the shipped books against a second source. */
export async function checkPriceBooks(options: PriceCheckOptions, shown: Shown, io: Io): Promise<ExitStatus> {
  excludeEachOther({ ...options }, 'against', 'account', 'one reads a file, the other asks AWS');
  const known = await bookRegions(io.root);
  const regions = options.region === undefined ? known : listOf('region', options.region, known);
  if (options.against !== undefined) {
    const foreign = (['operation', 'out', 'dry-run'] as const).find((name) => options[name] !== undefined);
    if (foreign !== undefined) throw new UserError(`'--${foreign}' goes with '--account' only`);
    return await checkAgainst(options.against, regions, shown, io);
  }
  if (options.account === true) return await checkAccount(options, regions, shown, io);
  throw new UserError(
    `'fmpaths prices check' needs '--against FILE' (a second public file) or '--account' (your AWS account). ${explained('prices')}`,
  );
}

async function checkAgainst(
  file: string,
  regions: readonly string[],
  { format, language }: Shown,
  io: Io,
): Promise<ExitStatus> {
  const catalogue = await shippedCatalogue(io);
  const published = parseLitellmPrices(await readJson(file), file, catalogue, regions);
  const books = await Promise.all(regions.map((region) => shippedPriceBook(io.root, region)));
  const check = checkPrices(books, published, catalogue);
  await show(priceCheckDocument(file, check, language), format, io);
  if (check.differing.length > 0) return EXIT.exceeded;
  if (check.compared > 0) return EXIT.done;
  io.stderr.write(`fmpaths: ${nothingCompared(file, check, regions)}\n`);
  return EXIT.failed;
}

/** Why no price of the books was held against one of the file. */
function nothingCompared(file: string, { unread }: PriceCheck, regions: readonly string[]): string {
  const nothing = `nothing was compared: '${printableLine(file)}' has no price that the books of ${regions.join(', ')} have`;
  return unread.length === 0 ? nothing : `${nothing}; entries not read: ${unread.length}, for the reasons above`;
}

async function checkAccount(
  { operation = '', out, 'dry-run': dryRun = false }: PriceCheckOptions,
  regions: readonly string[],
  { format, language }: Shown,
  io: Io,
): Promise<ExitStatus> {
  const { calculator, calculatorUrl, LINE_LIMITS, LINE_TEXT } = await import('../aws/prices/usage-line-costs.ts');
  const { accountPrices, privatePricesOf } = await import('../aws/prices/account-prices.ts');
  if (operation.length > LINE_LIMITS.operation || !LINE_TEXT.test(operation)) {
    throw new UserError(
      `'--operation' must be at most ${LINE_LIMITS.operation} letters, digits and - . _ : , / ( ), got '${operation}'`,
    );
  }
  if (out !== undefined && regions.length !== 1) {
    throw new UserError(`'--out' names the file of one Region: add '--region', one of ${regions.join(', ')}`);
  }
  const meters = priceMeters(await shippedCatalogue(io));
  const client = calculator(calculatorUrl(io.env));
  const today = dayOf(io.now());
  const asked: AccountPrices[] = [];
  for (const region of regions) {
    io.stderr.write(`${region}: asking AWS for the price of each usage type\n`);
    asked.push(await accountPrices(await shippedPriceBook(io.root, region), operation, client, meters));
  }
  // nothing is written before every Region has an answer
  const checked: CheckedAccount[] = [];
  for (const prices of asked)
    checked.push({ ...prices, ...(await keptPrices(prices, privatePricesOf(prices, today))) });
  await show(accountPricesDocument(checked, language), format, io);
  const all = checked.flatMap(({ prices }) => prices);
  if (all.some(({ state }) => state === 'list-differs')) return EXIT.exceeded;
  return all.some(isPriced) ? EXIT.done : EXIT.failed;

  async function keptPrices(
    { region, prices, refusedAfterDiscounts }: AccountPrices,
    own: readonly PrivatePrice[],
  ): Promise<Pick<CheckedAccount, 'file' | 'outcome'>> {
    const file = out ?? privatePricesFile('', region);
    if (!prices.some(isAsked)) return { file, outcome: 'not-asked' };
    const isKnown = refusedAfterDiscounts === null && prices.some(({ state }) => OWN_KNOWN.includes(state));
    if (dryRun) return { file, outcome: isKnown ? 'dry-run' : 'unknown' };
    if (own.length > 0) {
      await replaceFile(out ?? privatePricesFile(io.root, region), privatePricesText(region, own));
      return { file, outcome: 'written' };
    }
    // a file of the user's own naming is never deleted
    const old = privatePricesFile(io.root, region);
    if (out !== undefined || !(await exists(old))) return { file, outcome: isKnown ? 'none' : 'unknown' };
    if (!isKnown || prices.some(({ state }) => state === 'no-discount')) return { file, outcome: 'kept' };
    await rm(old);
    return { file, outcome: 'removed' };
  }
}

/** States in which AWS said what the account pays. */
const OWN_KNOWN: readonly string[] = ['agrees', 'discounted', 'no-discount'];

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (isMissingFile(error)) return false;
    throw error;
  }
}
