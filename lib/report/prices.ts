import type { Price } from '../prices/price-book.ts';
import type { Block, Document } from './document.ts';
import { left, long, right, type CsvValue, type Grid } from './grid.ts';
import { unitPriceText } from './money.ts';
import { fill, type Language } from './words/languages.ts';
import { PRICE_MESSAGES, type PriceMessages, type RefusalRule } from './words/prices.ts';

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
  const { title, count, grades, columns } = PRICE_MESSAGES[language];
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
      { items: [fill(count, { count: prices.length }), grades] },
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

/** An amount as a book has it. */
interface Amount {
  readonly usd: number;
  readonly per: string;
}

/** A price that the list gives and that was not taken over. */
export interface RefusedPrice {
  readonly id: string;
  readonly rule: RefusalRule;
  /** In the book, where it stays; null where the book has none. */
  readonly before: (Amount & { readonly date: string }) | null;
  readonly after: Amount;
  /** The price that it does not go with. */
  readonly against: (Amount & { readonly id: string }) | null;
  /** How many times the other price it may be; null where it is held against none. */
  readonly bounds: { readonly least: number; readonly most: number } | null;
  /** Day of the list, where it is not newer than the price in the book. */
  readonly listed: string | null;
  readonly endOfLife: string | null;
  /** Option that takes it over nevertheless; null where none does. */
  readonly flag: string | null;
}

/** A usage type as the price list has it. */
export interface ListedUsageType {
  readonly usageType: string;
  readonly service: string;
  readonly sku: string;
  /** What a price id would say after the model; null where no naming writes it so. */
  readonly meter: string | null;
  /** In the units of the list; null is no number. */
  readonly prices: readonly { readonly usd: number | null; readonly unit: string }[];
}

interface ListedGroup {
  /** What the list calls the model. */
  readonly name: string;
  readonly services: readonly string[];
  readonly usageTypes: readonly ListedUsageType[];
}

/** What an entry of the catalogue says for a refresh to find its prices. */
interface ListName {
  readonly naming: string;
  readonly name: string;
}

/** A model that is sold and in no catalogue. */
export interface UnknownModel extends ListedGroup {
  readonly priceList: ListName;
}

/** Usage types of a model that no meter takes. */
export interface UnmatchedUsageTypes extends ListedGroup {
  /** Id in the catalogue, where one is known. */
  readonly model: string | null;
  /** What that entry lacks; null where it lacks nothing, or is not known. */
  readonly priceList: ListName | null;
}

/** A model whose name in the catalogue is that of no row of the list. */
export interface UnlistedModel {
  readonly model: string;
  readonly name: string;
  /** A name in the list that is nearly the same. */
  readonly meant: string | null;
}

/** What a refresh of one Region's book came to. */
export interface RefreshedRegion extends PriceChanges {
  readonly region: string;
  /** Ids whose price was kept although its service answered, and why. */
  readonly kept: readonly { readonly id: string; readonly kind: 'absent' | 'unclear'; readonly reason: string }[];
  readonly refused: readonly RefusedPrice[];
  readonly unlisted: readonly UnlistedModel[];
  readonly unknownModels: readonly UnknownModel[];
  readonly unmatched: readonly UnmatchedUsageTypes[];
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
    json: { written, regions },
    csv: { header: ['record', ...CHANGE_COLUMNS, 'reason'], rows: regions.flatMap(refreshRecords) },
    blocks: [...regions.flatMap((one) => refreshBlocks(one, words)), { items: written ? [] : [words.dryRun] }],
  };
}

function refreshRecords({ region, ...found }: RefreshedRegion): CsvValue[][] {
  const other = (record: string, id: string, reason: string | null): CsvValue[] => [
    record,
    region,
    id,
    ...CHANGE_COLUMNS.slice(2).map(() => null),
    reason,
  ];
  return [
    ...found.changes.map((change) => ['change', ...changeRecord(change), null]),
    ...found.refused.map(({ id, rule, before, after }) => [
      'refused',
      region,
      id,
      null,
      before?.usd ?? null,
      after.usd,
      null,
      [...new Set([before?.per, after.per])].filter((per) => per !== undefined).join(' -> '),
      rule,
    ]),
    ...found.kept.map(({ id, reason }) => other('kept', id, reason)),
    ...found.byHand.map((id) => other('by-hand', id, null)),
    ...found.unknownModels.flatMap((model) => listedRecords('unknown-model', region, model)),
    ...found.unmatched.flatMap((group) => listedRecords('unmatched', region, group)),
    ...found.failed.map(({ service, reason }) => other('failed', service, reason)),
  ];
}

const listedRecords = (record: string, region: string, { name, usageTypes }: ListedGroup): CsvValue[][] =>
  usageTypes.flatMap(({ usageType, prices }) =>
    prices.map(({ usd, unit }) => [record, region, usageType, null, null, usd, null, unit, name]),
  );

function refreshBlocks(refreshed: RefreshedRegion, words: PriceMessages): Block[] {
  const { region, changes, confirmed, kept, refused, unlisted, byHand, stale, unknownModels, unmatched } = refreshed;
  return [
    {
      items: [
        fill(words.refreshed, {
          region,
          changed: changes.length,
          confirmed,
          kept: kept.length,
          refused: refused.length,
          byHand: byHand.length,
          stale,
        }),
        ...refusals(refreshed, words),
        ...kept
          .filter(({ kind }) => kind === 'unclear')
          .map(({ id, reason }) => fill(words.kept, { region, id, reason })),
        ...counted(kept.filter(({ kind }) => kind === 'absent').map(({ id }) => ownerOf(id))).map(([owner, count]) => {
          const model = unlisted.find((one) => one.model === owner);
          if (model === undefined) return fill(words.absent, { region, owner, count });
          const meant = model.meant === null ? '' : fill(words.meant, { name: model.meant });
          return fill(words.unlisted, { region, owner, count, name: model.name, meant });
        }),
      ],
    },
    ...(changes.length === 0 ? [] : [changeGrid(changes, words)]),
    ...(unknownModels.length === 0 ? [] : [unknownModelGrid(region, unknownModels, words)]),
    ...(unmatched.length === 0 ? [] : [unmatchedGrid(region, unmatched, words)]),
  ];
}

/** Each refusal in a sentence; those of a model that has ended in one, as they all have one reason. */
function refusals({ region, refused }: RefreshedRegion, words: PriceMessages): string[] {
  const ended = refused.filter(({ rule }) => rule === 'ended');
  return [
    ...refused.flatMap(({ id, rule, before, after, against, bounds, listed, flag }) => {
      if (rule === 'ended') return [];
      const values = {
        region,
        id,
        before: before === null ? words.nothing : amountText(before),
        after: amountText(after),
        against: against === null ? '' : `${against.id} ${amountText(against)}`,
        range: against === null || bounds === null ? '' : rangeText(against, bounds),
        listed: listed ?? '',
        date: before?.date ?? '',
      };
      const advice = flag === null ? '' : fill(words.takeOver, { flag });
      return [fill(words.refused, { ...values, why: fill(words.refusals[rule], values) }) + advice];
    }),
    ...counted(ended.map(({ id }) => ownerOf(id))).map(([model, count]) =>
      fill(words.refusedEnded, {
        region,
        model,
        count,
        day: ended.find(({ id }) => ownerOf(id) === model)?.endOfLife ?? '',
      }),
    ),
  ];
}

const amountText = ({ usd, per }: Amount): string => `${unitPriceText(usd)} per ${per}`;

const rangeText = ({ usd, per }: Amount, { least, most }: { least: number; most: number }): string =>
  `${unitPriceText(usd * least)} – ${unitPriceText(usd * most)} per ${per}`;

const ownerOf = (id: string): string => id.slice(0, id.indexOf('/'));

/** How often each name occurs, in the order of the names. */
function counted(names: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([one], [other]) => one.localeCompare(other));
}

function unknownModelGrid(region: string, models: readonly UnknownModel[], words: PriceMessages): Grid {
  const { columns } = words;
  return {
    title: fill(words.unknownModelsTitle, { region }),
    columns: [left(columns.name), left(columns.service), right(columns.prices), left(columns.add)],
    rows: models.map(({ name, services, usageTypes, priceList }) => [
      name,
      services.join(', '),
      String(usageTypes.length),
      additionText(priceList),
    ]),
  };
}

function unmatchedGrid(region: string, groups: readonly UnmatchedUsageTypes[], words: PriceMessages): Grid {
  const { columns } = words;
  return {
    title: fill(words.unmatchedTitle, { region }),
    columns: [
      left(columns.name),
      left(columns.model),
      right(columns.prices),
      left(columns.usageType),
      left(columns.add),
    ],
    rows: groups.map(({ name, model, usageTypes, priceList }) => [
      name,
      model ?? '',
      String(usageTypes.length),
      usageTypes[0]?.usageType ?? '',
      priceList === null ? '' : additionText(priceList),
    ]),
  };
}

const additionText = ({ naming, name }: ListName): string =>
  `"priceList": { "naming": ${JSON.stringify(naming)}, "name": ${JSON.stringify(name)} }`;
