/** Spellings of a unit -> how many pieces one of it is. */
type Spellings = Readonly<Record<string, number>>;

interface UnitKind {
  /** Units of the price book: they convert into one another, never into those of another kind. */
  readonly units: Spellings;
  /** In the Price List, lower case. A spelling that is not here is not guessed at. */
  readonly priceList?: Spellings;
  /** On bills, lower case and singular, besides the kind's own name. */
  readonly bills?: Spellings;
  /** Bills do not tell these kinds apart. @default the kind's own name */
  readonly billedAs?: string;
}

// the Price List and bills say no more than `hour`
const hours = <Unit extends string>(unit: Unit, priceList: Spellings = {}, bills: Spellings = {}) => ({
  units: { [unit]: 1 } as Record<Unit, number>,
  priceList: { hour: 1, hours: 1, hrs: 1, ...priceList },
  bills: { hour: 1, hr: 1, [unit.toLowerCase()]: 1, ...bills },
  billedAs: 'hour',
});

const REQUESTS = { request: 1, requests: 1, 'api requests': 1 };

/**
 * The one table of units: what each counts, how many pieces it is, and how AWS spells it. The units of the price book are a
 * closed list, so that a misspelt unit is an error and not a wrong price. AWS counts storage and transfer in binary units: 1 TB
 * is 1,024 GB.
 */
const UNIT_KINDS = {
  token: {
    units: { '1K tokens': 1e3, '1M tokens': 1e6 },
    priceList: { '1k tokens': 1e3, '1m tokens': 1e6 },
  },
  // tokens a minute that are kept free for an account, by the hour
  'TPM-hour': {
    units: { '1K TPM-hour': 1e3 },
    // '1M TPM Hour' is left out: rows of that unit are described, and priced, as 1K (price list of 2026-09-22)
    priceList: { '1k tpm hour': 1e3 },
  },
  'text unit': {
    units: { '1K text units': 1e3 },
    priceList: { '1k text units': 1e3, 'text unit': 1, 'text units': 1, textunit: 1, textunits: 1 },
    bills: { textunit: 1 },
  },
  query: {
    units: { '1 query': 1, '1K queries': 1e3, '1M queries': 1e6 },
    priceList: REQUESTS,
    bills: { querie: 1 },
  },
  request: {
    units: { '1 request': 1, '1K requests': 1e3, '10K requests': 1e4, '1M requests': 1e6 },
    priceList: REQUESTS,
    bills: { 'api request': 1 },
  },
  transition: {
    units: { '1K transitions': 1e3 },
    priceList: { statetransition: 1, statetransitions: 1 },
    bills: { statetransition: 1 },
  },
  'I/O': { units: { '1M I/O': 1e6 }, priceList: { ios: 1 }, bills: { io: 1 } },
  GB: {
    units: { GB: 1, TB: 1024 },
    priceList: { gb: 1, terabytes: 1024 },
    bills: { tb: 1024, terabyte: 1024 },
  },
  'GB-month': {
    units: { 'GB-month': 1, 'TB-month': 1024 },
    priceList: { 'gb-mo': 1 },
    bills: { 'gb-mo': 1, 'tb-month': 1024 },
  },
  'GB-second': {
    units: { 'GB-second': 1, 'GB-hour': 3600 },
    priceList: { 'lambda-gb-second': 1, second: 1, seconds: 1 },
    bills: { 'lambda-gb-second': 1, second: 1 },
  },
  'OCU-hour': hours('OCU-hour', { 'ocu-hour': 1, 'ocu-hours': 1 }),
  'ACU-hour': hours('ACU-hour', { 'acu-hr': 1 }, { 'acu-hr': 1 }),
  'model-unit-hour': hours('model-unit-hour'),
  'model-month': {
    units: { 'model-month': 1 },
    priceList: { 'model/month': 1 },
    bills: { 'model/month': 1 },
  },
  'CMU-minute': {
    units: { 'CMU-minute': 1 },
    priceList: { 'custom model unit per min': 1 },
    bills: { 'custom model unit per min': 1, minute: 1 },
  },
  'CMU-month': {
    units: { 'CMU-month': 1 },
    priceList: { 'custom model unit per month': 1 },
    bills: { 'custom model unit per month': 1 },
  },
  'instance-hour': hours('instance-hour'),
  'training-hour': hours('training-hour'),
  'dashboard-month': { units: { 'dashboard-month': 1 } },
  'metric-month': { units: { 'metric-month': 1 }, priceList: { metrics: 1 }, bills: { metric: 1 } },
  'alarm-month': { units: { 'alarm-month': 1 }, priceList: { alarms: 1 }, bills: { alarm: 1 } },
  'secret-month': { units: { 'secret-month': 1 }, priceList: { secrets: 1 }, bills: { secret: 1 } },
  'key-month': { units: { 'key-month': 1 } },
  image: { units: { image: 1 } },
  page: { units: { page: 1 } },
  task: { units: { task: 1 } },
} as const satisfies Readonly<Record<string, UnitKind>>;

type Kinds = typeof UNIT_KINDS;

/** What units count: only units of one kind convert. */
export type PriceUnitKind = keyof Kinds;

/** A unit that a price book may use. */
export type PriceUnit = { [Kind in PriceUnitKind]: keyof Kinds[Kind]['units'] }[PriceUnitKind];

interface PieceCount {
  readonly of: PriceUnitKind;
  readonly pieces: number;
}

const KINDS = Object.entries(UNIT_KINDS) as [PriceUnitKind, UnitKind][];

/** Every unit of the price book: the kind and number of its pieces. */
export const PRICE_UNITS = Object.fromEntries(
  KINDS.flatMap(([of, { units }]) => Object.entries(units).map(([unit, pieces]) => [unit, { of, pieces }])),
) as Readonly<Record<PriceUnit, PieceCount>>;

export const isPriceUnit = (text: string): text is PriceUnit => Object.hasOwn(PRICE_UNITS, text);

/** How many `to` one `from` is (`1M tokens` in `1K tokens` is 1,000), or null where they measure different things. */
export function unitRatio(from: PriceUnit, to: PriceUnit): number | null {
  if (from === to) return 1;
  const [one, other] = [PRICE_UNITS[from], PRICE_UNITS[to]];
  return one.of === other.of ? one.pieces / other.pieces : null;
}

/** How many pieces of what `per` counts a unit of the Price List is, or undefined where it does not say that it counts them. */
export function piecesInPriceList(spelling: string, per: PriceUnit): number | undefined {
  const { priceList = {} }: UnitKind = UNIT_KINDS[PRICE_UNITS[per].of];
  const spelled = spelling.trim().toLowerCase();
  return Object.hasOwn(priceList, spelled) ? priceList[spelled] : undefined;
}

/** The smallest unit in which the Price List counts the same, in pieces; where it is not known to, that of the book. */
export function leastPiecesInPriceList(per: PriceUnit): number {
  const { priceList = {} }: UnitKind = UNIT_KINDS[PRICE_UNITS[per].of];
  const pieces = Object.values(priceList);
  return pieces.length === 0 ? PRICE_UNITS[per].pieces : Math.min(...pieces);
}

/** A unit as bills spell it. `of` is one word for kinds that bills do not tell apart. */
export interface BilledUnit {
  readonly of: string;
  readonly pieces: number;
}

const BILL_WORDS: ReadonlyMap<string, BilledUnit> = new Map(
  KINDS.flatMap(([kind, { bills = {}, billedAs }]) => {
    const of = billedAs ?? kind.toLowerCase();
    return Object.entries(bills).map(([word, pieces]) => [word, { of, pieces }] as const);
  }),
);

const SCALE = { '': 1, K: 1e3, M: 1e6 } as const;

/**
 * Reads a unit of a price or of a bill: `1K tokens` is 1,000 times `token`. A word that is in no table is a kind of its own.
 * Null for `Units` and other words that do not say what is counted.
 */
export function parseBilledUnit(text: string | null, usageType = ''): BilledUnit | null {
  // the Price List describes a unit of third-party models as `Million Input Tokens`
  if (text === 'Units' && /MP:.*token/i.test(usageType)) return { of: 'token', pieces: 1e6 };
  const match = /^(?:(\d+)\s*([KM]?)\s+)?(\S.*)$/.exec(text?.trim() ?? '');
  if (match === null) return null;
  const [, count = '1', scale = '', words = ''] = match;
  const singular = words.toLowerCase().replace(/s$/, '');
  const { of, pieces } = BILL_WORDS.get(singular) ?? { of: singular, pieces: 1 };
  if (of === 'unit' || of === 'quantity' || of === 'n/a') return null;
  return { of, pieces: Number(count) * SCALE[scale as keyof typeof SCALE] * pieces };
}
