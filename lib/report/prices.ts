import type { Price } from '../prices/price-book.ts';
import type { Document } from './document.ts';
import { left, long, right, type CsvValue, type Grid } from './grid.ts';
import { unitPriceText } from './money.ts';
import { fill, type Language } from './words/languages.ts';
import { PRICE_MESSAGES, type PriceMessages } from './words/prices.ts';

export interface ListedPrice {
  readonly region: string;
  readonly price: Price;
  readonly stale: boolean;
}

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

export function pricesDocument(prices: readonly ListedPrice[], language: Language): Document {
  const { title, count, columns } = PRICE_MESSAGES[language];
  return {
    schema: 'prices-show',
    json: { prices: prices.map(({ region, price, stale }) => ({ region, ...price, stale })) },
    csv: {
      header: ['region', ...PRICE_COLUMNS, 'stale'],
      rows: prices.map(({ region, price, stale }) => [
        region,
        ...PRICE_COLUMNS.map((column) => price[column] ?? null),
        stale,
      ]),
    },
    blocks: [
      {
        title,
        columns: [
          left(columns.region),
          left(columns.id),
          right(columns.usd),
          left(columns.per),
          left(columns.date),
          left(columns.confidence),
          left(columns.usageType),
          long(columns.source),
          long(columns.note),
        ],
        rows: prices.map(({ region, price, stale }) => [
          region,
          price.id,
          unitPriceText(price.usd),
          price.per,
          stale ? `${price.date} *` : price.date,
          price.confidence,
          price.usageType ?? '',
          price.source,
          price.note ?? '',
        ]),
      },
      { items: [fill(count, { count: prices.length })] },
    ],
  };
}

export interface PriceChange {
  readonly region: string;
  readonly id: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before: Price | null;
  readonly after: Price | null;
  /** Change of the price for the same quantity in percent; null where there is nothing to compare. */
  readonly percent: number | null;
}

export interface PriceChanges {
  readonly changes: readonly PriceChange[];
  /** How many prices are the same, but read anew: another source, date or confidence. */
  readonly confirmed: number;
}

export function priceDiffDocument({ changes, confirmed }: PriceChanges, language: Language): Document {
  const words = PRICE_MESSAGES[language];
  return {
    schema: 'prices-diff',
    json: { changes, confirmed },
    csv: { header: CHANGE_COLUMNS, rows: changes.map(changeRecord) },
    blocks: changes.length === 0 ? [{ items: [fill(words.noChange, { confirmed })] }] : [changeGrid(changes, words)],
  };
}

const CHANGE_COLUMNS = ['region', 'id', 'change', 'before', 'after', 'percent', 'per'];

const changeRecord = ({ region, id, kind, before, after, percent }: PriceChange): CsvValue[] => [
  region,
  id,
  kind,
  before?.usd ?? null,
  after?.usd ?? null,
  percent,
  unitsText(before, after),
];

function changeGrid(changes: readonly PriceChange[], { changesTitle, columns, kinds }: PriceMessages): Grid {
  return {
    title: changesTitle,
    columns: [
      left(columns.region),
      left(columns.id),
      left(columns.change),
      right(columns.before),
      right(columns.after),
      right(columns.percent),
      left(columns.per),
    ],
    rows: changes.map(({ region, id, kind, before, after, percent }) => [
      region,
      id,
      kinds[kind],
      before === null ? '' : unitPriceText(before.usd),
      after === null ? '' : unitPriceText(after.usd),
      percent === null ? '' : `${percent > 0 ? '+' : ''}${percent.toFixed(1)}`,
      unitsText(before, after),
    ]),
  };
}

function unitsText(before: Price | null, after: Price | null): string {
  const units = [before?.per, after?.per].filter((unit) => unit !== undefined);
  return [...new Set(units)].join(' -> ');
}

/** What a refresh of one Region's book came to. */
export interface RefreshedRegion extends PriceChanges {
  readonly region: string;
  /** Ids whose price was kept although its service answered, and why. */
  readonly kept: readonly { readonly id: string; readonly reason: string }[];
  /** Ids of the book that no price list answers. */
  readonly byHand: readonly string[];
  /** Services whose price list could not be used. */
  readonly failed: readonly { readonly service: string; readonly reason: string }[];
  /** How many prices are older than 90 days. */
  readonly stale: number;
}

export function refreshDocument(regions: readonly RefreshedRegion[], written: boolean, language: Language): Document {
  const words = PRICE_MESSAGES[language];
  return {
    schema: 'prices-refresh',
    json: {
      written,
      regions: regions.map(({ region, changes, confirmed, kept, byHand, failed, stale }) => ({
        region,
        changes,
        confirmed,
        kept,
        byHand,
        failed,
        stale,
      })),
    },
    csv: {
      header: ['record', ...CHANGE_COLUMNS, 'reason'],
      rows: regions.flatMap(({ region, changes, kept, byHand, failed }): CsvValue[][] => {
        const other = (record: string, id: string, reason: string | null): CsvValue[] => [
          record,
          region,
          id,
          ...CHANGE_COLUMNS.slice(2).map(() => null),
          reason,
        ];
        return [
          ...changes.map((change) => ['change', ...changeRecord(change), null]),
          ...kept.map(({ id, reason }) => other('kept', id, reason)),
          ...byHand.map((id) => other('by-hand', id, null)),
          ...failed.map(({ service, reason }) => other('failed', service, reason)),
        ];
      }),
    },
    blocks: [
      ...regions.flatMap(({ region, changes, confirmed, kept, byHand, stale }) => [
        {
          items: [
            fill(words.refreshed, {
              region,
              changed: changes.length,
              confirmed,
              kept: kept.length,
              byHand: byHand.length,
              stale,
            }),
            ...kept.map((one) => fill(words.kept, { region, ...one })),
          ],
        },
        ...(changes.length === 0 ? [] : [changeGrid(changes, words)]),
      ]),
      { items: written ? [] : [words.dryRun] },
    ],
  };
}
