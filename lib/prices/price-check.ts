import type { ModelCatalogue } from '../catalogue/models.ts';
import { litellmHolds, type PublicPrices, type UnreadEntry } from './litellm-prices.ts';
import type { Confidence, Price, PriceBook } from './price-book.ts';
import type { PriceUnit } from './price-unit.ts';
import { usdPerUnit } from './usd-per.ts';

/** A price that the book and a second file have with different figures. */
interface DifferingPrice {
  readonly region: string;
  readonly id: string;
  readonly per: PriceUnit;
  readonly bookUsd: number;
  /** For one `per`; null where the file prices something else than the book does. */
  readonly fileUsd: number | null;
  /** Of the file against the book; null where there is nothing to divide by. */
  readonly percent: number | null;
  /** What the book's figure rests on. */
  readonly source: string;
  readonly date: string;
  readonly confidence: Confidence;
  /** Entry of the file. */
  readonly key: string;
}

interface PlacedPrice {
  readonly region: string;
  readonly id: string;
}

/** What holding price books against a second file came to. */
export interface PriceCheck {
  readonly compared: number;
  readonly agree: number;
  readonly differing: readonly DifferingPrice[];
  /** Prices that the file could have and does not. */
  readonly onlyInBook: readonly PlacedPrice[];
  readonly onlyInFile: readonly (PlacedPrice & { readonly key: string })[];
  /** How many prices of the books the file has no field for. */
  readonly notInFormat: number;
  readonly unread: readonly UnreadEntry[];
  readonly otherFields: readonly string[];
}

const TOLERANCE = 1e-6;

/** Holds the books against the figures of a second file, price by price. */
export function checkPrices(
  books: readonly PriceBook[],
  { prices, unread, otherFields }: PublicPrices,
  catalogue: ModelCatalogue,
): PriceCheck {
  const listed = new Map(
    books.flatMap(({ region, prices: held }) => [...held.values()].map((price) => [`${region} ${price.id}`, price])),
  );
  const differing: DifferingPrice[] = [];
  const onlyInFile: PriceCheck['onlyInFile'][number][] = [];
  const seen = new Set<string>();
  let agree = 0;
  for (const { region, id, usd, per, key } of prices) {
    const price = listed.get(`${region} ${id}`);
    if (price === undefined) {
      onlyInFile.push({ region, id, key });
      continue;
    }
    seen.add(`${region} ${id}`);
    const fileUsd = usdPerUnit({ usd, per }, price.per);
    if (fileUsd !== null && isSame(price.usd, fileUsd)) agree += 1;
    else differing.push({ region, key, ...differingPrice(price, fileUsd) });
  }
  const unseen = [...listed]
    .filter(([at]) => !seen.has(at))
    .map(([at, { id }]) => ({ region: at.split(' ')[0] ?? '', id }));
  const onlyInBook = unseen.filter(({ id }) => litellmHolds(id, catalogue));
  return {
    compared: agree + differing.length,
    agree,
    differing,
    onlyInBook,
    onlyInFile,
    notInFormat: unseen.length - onlyInBook.length,
    unread,
    otherFields,
  };
}

const isSame = (one: number, other: number): boolean =>
  Math.abs(one - other) <= TOLERANCE * Math.max(Math.abs(one), Math.abs(other));

function differingPrice(
  { id, per, usd, source, date, confidence }: Price,
  fileUsd: number | null,
): Omit<DifferingPrice, 'region' | 'key'> {
  const percent = fileUsd === null || usd === 0 ? null : (fileUsd / usd - 1) * 100;
  return { id, per, bookUsd: usd, fileUsd, percent, source, date, confidence };
}
