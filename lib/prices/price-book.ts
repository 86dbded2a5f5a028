import { z } from 'zod';
import { UserError } from '../errors/user-error.ts';
import { describeIssues } from '../json/schema-issues.ts';
import { isStale } from './price-age.ts';
import { PRICE_UNITS, type PriceUnit } from './price-unit.ts';

/**
 * A price is graded by what was read, not by whom that quotes. A: AWS's own file or page. B: two independent transcriptions
 * that agree. C: one transcription. D: derived or assumed.
 */
export const CONFIDENCES = ['A', 'B', 'C', 'D'] as const;

export type Confidence = (typeof CONFIDENCES)[number];

export interface Price {
  readonly id: string;
  readonly usd: number;
  readonly per: PriceUnit;
  /** AWS Price List service code. */
  readonly service: string;
  /** As AWS bills it, with its Region prefix; absent where nobody has seen it. */
  readonly usageType?: string | undefined;
  readonly source: string;
  /** Day on which the source showed the price, `YYYY-MM-DD`. */
  readonly date: string;
  readonly confidence: Confidence;
  readonly note?: string | undefined;
}

/** The prices of one Region. A price that is not in it is unknown: there is no fallback and no default. */
export interface PriceBook {
  readonly region: string;
  readonly prices: ReadonlyMap<string, Price>;
  /** The file that replaces prices of the shipped book, and how many. @default every price is the shipped one */
  readonly privatePrices?: { readonly file: string; readonly count: number };
}

const PRICE_ID = /^[a-z0-9][a-z0-9.:-]*(?:\/[a-z0-9][a-z0-9.-]*)+$/;

/** Beyond this a price is a slip, and times a quantity it may leave what a double can hold. */
const MOST_USD = 1e9;

const priceSchema = z.strictObject({
  usd: z.number().min(0).max(MOST_USD).describe('US dollars for one of `per`'),
  per: z.enum(Object.keys(PRICE_UNITS) as [PriceUnit, ...PriceUnit[]]).describe('unit of the price'),
  service: z.string().min(1).describe('AWS Price List service code, for example AmazonBedrock'),
  usageType: z.string().min(1).optional().describe('billed usage type with its Region prefix'),
  source: z.string().min(1).describe('public source of the figure'),
  date: z.iso.date().describe('day on which the source showed the price'),
  confidence: z
    .enum(CONFIDENCES)
    .describe(
      "what was read, A: AWS's own file or page; B: two independent transcriptions that agree; C: one; D: derived or assumed",
    ),
  note: z.string().min(1).optional(),
});

/** What `config/prices/<region>.json` holds; the JSON Schema for editors is made from it. */
export const priceBookSchema = z.strictObject({
  $schema: z.string().optional(),
  region: z
    .string()
    .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/)
    .describe('AWS Region, for example us-east-1'),
  prices: z.record(
    z.string().regex(PRICE_ID, { error: 'a price id is lower case with at least one /, such as lambda/request' }),
    priceSchema,
  ),
});

/** @throws UserError that names the file, the place in it, what was got and what is allowed. */
export function parsePriceBook(json: unknown, file = 'price book'): PriceBook {
  const parsed = priceBookSchema.safeParse(json);
  if (!parsed.success) {
    throw new UserError(
      `${file} is not a valid price book:\n${describeIssues(parsed.error.issues, json, priceBookSchema)}`,
    );
  }
  return bookOfChecked(parsed.data);
}

/** What a file that the schema allows holds. */
export type CheckedPriceBook = z.infer<typeof priceBookSchema>;

export function bookOfChecked({ region, prices }: CheckedPriceBook): PriceBook {
  return priceBook(
    region,
    Object.entries(prices).map(([id, price]) => ({ id, ...price })),
  );
}

export function priceBook(region: string, prices: readonly Price[]): PriceBook {
  return { region, prices: new Map(prices.map((price) => [price.id, price])) };
}

/** The prices that are too old on the day `today` (`YYYY-MM-DD`), oldest first. */
export function stalePrices(prices: Iterable<Price>, today: string): Price[] {
  return [...prices]
    .filter(({ date }) => isStale(date, today))
    .sort((one, other) => one.date.localeCompare(other.date));
}
