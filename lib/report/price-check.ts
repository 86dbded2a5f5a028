import type { UnreadEntry } from '../prices/litellm-prices.ts';
import type { PriceCheck } from '../prices/price-check.ts';
import type { PriceUnit } from '../prices/price-unit.ts';
import type { Document } from './document.ts';
import { left, long, right, type Grid } from './grid.ts';
import { unitPriceText } from './money.ts';
import { fill, type Language } from './words/languages.ts';
import { PRICE_CHECK_MESSAGES, type AccountOutcome, type AccountState } from './words/price-check.ts';

/** The result of holding the books against a second file. */
export function priceCheckDocument(file: string, check: PriceCheck, language: Language): Document {
  const { compared, agree, differing, onlyInBook, onlyInFile, notInFormat, unread, otherFields } = check;
  const words = PRICE_CHECK_MESSAGES[language];
  const { columns } = words;
  const grid: Grid = {
    title: words.differingTitle,
    columns: [
      left(columns.region),
      left(columns.id),
      right(columns.book),
      right(columns.file),
      right(columns.percent),
      left(columns.per),
      left(columns.confidence),
      left(columns.date),
      long(columns.source),
      long(columns.key),
    ],
    rows: differing.map(({ region, id, bookUsd, fileUsd, percent, per, confidence, date, source, key }) => [
      region,
      id,
      unitPriceText(bookUsd),
      fileUsd === null ? words.unknown : unitPriceText(Number(fileUsd.toPrecision(9))),
      percentText(percent),
      per,
      confidence,
      date,
      source,
      key,
    ]),
  };
  return {
    schema: 'prices-check',
    json: { file, compared, agree, differing, onlyInBook, onlyInFile, notInFormat, unread, otherFields },
    csv: {
      header: ['region', 'id', 'bookUsd', 'fileUsd', 'percent', 'per', 'confidence', 'date', 'source', 'key'],
      rows: differing.map((row) => [
        row.region,
        row.id,
        row.bookUsd,
        row.fileUsd,
        row.percent,
        row.per,
        row.confidence,
        row.date,
        row.source,
        row.key,
      ]),
    },
    blocks: [
      ...(differing.length === 0 ? [] : [grid]),
      {
        items: [
          fill(words.compared, { file, compared, agree, differing: differing.length }),
          fill(words.oneSided, { book: onlyInBook.length, file: onlyInFile.length, notInFormat }),
          ...reasonsOf(unread).map(([reason, count]) => fill(words.unread[reason], { count })),
        ],
      },
    ],
  };
}

function reasonsOf(unread: readonly UnreadEntry[]): (readonly [UnreadEntry['reason'], number])[] {
  const counts = new Map<UnreadEntry['reason'], number>();
  for (const { reason } of unread) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one);
}

/** What AWS says of one price of a book. */
export interface AccountPrice {
  readonly id: string;
  readonly usageType: string;
  readonly per: PriceUnit;
  readonly bookUsd: number;
  /** For one `per`, before and after the discounts of the account; null where AWS gives none that can be read. */
  readonly beforeUsd: number | null;
  readonly afterUsd: number | null;
  /** The unit that AWS counts in, from which the figures were converted; null where AWS named none. */
  readonly usageUnit: string | null;
  /** Units that were asked for; null where nothing was. */
  readonly amount: number | null;
  readonly state: AccountState;
  /** What AWS said where it priced nothing. */
  readonly message: string | null;
}

/** What AWS says of the book of a Region. */
export interface AccountPrices {
  readonly region: string;
  readonly prices: readonly AccountPrice[];
  /** How many prices of the book have no usage type to ask for, nor one that is certain by their name in the price list. */
  readonly withoutUsageType: number;
  /** Why AWS gives no price after discounts; null where it does. */
  readonly refusedAfterDiscounts: string | null;
}

/** The same, and what became of it. */
export interface CheckedAccount extends AccountPrices {
  /** File of the private prices. */
  readonly file: string;
  readonly outcome: AccountOutcome;
}

const PRICED: readonly AccountState[] = ['agrees', 'discounted', 'no-discount', 'list-differs', 'list-agrees'];

/** True if AWS was asked for it. */
export const isAsked = ({ amount }: AccountPrice): boolean => amount !== null;

/** True if AWS gave a price for a line before discounts. */
export const isPriced = ({ state }: AccountPrice): boolean => PRICED.includes(state);

export function accountPricesDocument(regions: readonly CheckedAccount[], language: Language): Document {
  const words = PRICE_CHECK_MESSAGES[language];
  const { columns } = words;
  const rows = regions.flatMap(({ region, prices }) => prices.map((price) => ({ region, ...price })));
  const text = (usd: number | null): string => (usd === null ? words.unknown : unitPriceText(usd));
  return {
    schema: 'prices-check-account',
    json: {
      regions: regions.map(({ region, file, outcome, withoutUsageType, refusedAfterDiscounts, prices }) => ({
        region,
        file,
        outcome,
        withoutUsageType,
        refusedAfterDiscounts,
        prices,
      })),
    },
    csv: {
      header: [
        ...['region', 'id', 'usageType', 'per', 'bookUsd', 'beforeUsd', 'afterUsd', 'usageUnit', 'amount', 'state'],
        'message',
      ],
      rows: rows.map((row) => [
        row.region,
        row.id,
        row.usageType,
        row.per,
        row.bookUsd,
        row.beforeUsd,
        row.afterUsd,
        row.usageUnit,
        row.amount,
        row.state,
        row.message,
      ]),
    },
    blocks: [
      {
        title: words.accountTitle,
        columns: [
          left(columns.region),
          left(columns.usageType),
          left(columns.per),
          right(columns.book),
          right(columns.before),
          right(columns.after),
          right(columns.percent),
          left(columns.usageUnit),
          left(columns.result),
          long(columns.id),
          long(columns.said),
        ],
        rows: rows.map((row) => [
          row.region,
          row.usageType,
          row.per,
          unitPriceText(row.bookUsd),
          text(row.beforeUsd),
          text(row.afterUsd),
          percentText(row.afterUsd === null || row.bookUsd === 0 ? null : (row.afterUsd / row.bookUsd - 1) * 100),
          row.usageUnit ?? '',
          words.states[row.state],
          row.id,
          row.message ?? '',
        ]),
      },
      {
        items: regions.flatMap((each) => {
          const { region, prices, withoutUsageType, file, outcome, refusedAfterDiscounts } = each;
          const count = (state: AccountState): number => prices.filter((price) => price.state === state).length;
          const discounted = count('discounted');
          return [
            fill(words.asked, {
              region,
              asked: prices.filter(isAsked).length,
              priced: prices.filter(isPriced).length,
              discounted,
              differs: count('list-differs'),
              withoutUsageType,
            }),
            ...(refusedAfterDiscounts === null ? [] : [fill(words.refused, { region, reason: refusedAfterDiscounts })]),
            ...(count('no-discount') === 0 ? [] : [fill(words.noDiscount, { region, count: count('no-discount') })]),
            fill(words.outcomes[outcome], { region, file, count: discounted }),
          ];
        }),
      },
    ],
  };
}

function percentText(percent: number | null): string {
  if (percent === null) return '';
  const rounded = Number(percent.toFixed(2));
  return `${rounded > 0 ? '+' : ''}${rounded.toFixed(2)}`;
}
