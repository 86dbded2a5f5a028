import { z } from 'zod';
import { UserError } from '../errors/user-error.ts';
import { describeIssues } from '../json/schema-issues.ts';
import { priceBookSchema, type Price, type PriceBook } from './price-book.ts';
import { unitRatio } from './price-unit.ts';

/** The file of a Region's private prices below `config`. It holds what an account pays and is never committed. */
export const privatePricesPath = (region: string): string => `private-prices/${region}.json`;

const { shape } = priceBookSchema;
const priceShape = shape.prices.valueType.shape;

/** What `config/private-prices/<region>.json` holds. */
const privatePricesSchema = z.strictObject({
  region: shape.region,
  prices: z.record(
    shape.prices.keyType,
    z.strictObject({
      usd: priceShape.usd,
      per: priceShape.per,
      source: priceShape.source,
      date: priceShape.date,
      confidence: priceShape.confidence,
    }),
  ),
});

export type PrivatePrice = Pick<Price, 'id' | 'usd' | 'per' | 'source' | 'date' | 'confidence'>;

/** The command that writes the file. */
const again = (region: string): string =>
  `delete the file, or write it again with 'npx fmpaths prices check --account --region ${region}'`;

/**
 * Lays the private prices of a file over the book of the Region.
 * @throws UserError for a file of another form or Region, and for a price that the book does not have
 */
export function withPrivatePrices(book: PriceBook, json: unknown, file: string): PriceBook {
  const { region } = book;
  const parsed = privatePricesSchema.safeParse(json);
  if (!parsed.success) {
    throw new UserError(
      `${file} is not a valid file of private prices: ${again(region)}\n${describeIssues(parsed.error.issues, json, privatePricesSchema)}`,
    );
  }
  if (parsed.data.region !== region) {
    throw new UserError(`${file} holds the prices of '${parsed.data.region}', not of ${region}: ${again(region)}`);
  }
  const own = Object.entries(parsed.data.prices).map(([id, { usd, per, source, date, confidence }]): Price => {
    const listed = book.prices.get(id);
    if (listed === undefined) {
      throw new UserError(
        `${file} has a price for '${id}', which is not in config/prices/${region}.json: ${again(region)}`,
      );
    }
    if (unitRatio(per, listed.per) === null) {
      throw new UserError(
        `${file} has a price for '${id}' per ${per}; config/prices/${region}.json has it per ${listed.per}: ${again(region)}`,
      );
    }
    // the note of the book is about the book's figure
    return { id, usd, per, service: listed.service, usageType: listed.usageType, source, date, confidence };
  });
  if (own.length === 0) return book;
  return {
    region,
    prices: new Map([...book.prices, ...own.map((price) => [price.id, price] as const)]),
    privatePrices: { file, count: own.length },
  };
}

/** Returns the line that every result says that private prices are part of; undefined where none are. */
export function privatePricesLine({ region, privatePrices }: PriceBook): string | undefined {
  if (privatePrices === undefined) return undefined;
  const { count, file } = privatePrices;
  return `${count} ${count === 1 ? 'price of' : 'prices of'} ${region} ${count === 1 ? 'is' : 'are'} your account's own: ${file} (delete it to use the shipped prices again)`;
}

/** Returns the text of the file: ids sorted, a price a line. */
export function privatePricesText(region: string, prices: readonly PrivatePrice[]): string {
  const entries = [...prices]
    .sort((one, other) => (one.id < other.id ? -1 : 1))
    .map(({ id, usd, per, source, date, confidence }) => {
      const fields = Object.entries({ usd, per, source, date, confidence });
      return `    ${JSON.stringify(id)}: { ${fields.map(([key, value]) => `"${key}": ${JSON.stringify(value)}`).join(', ')} }`;
    });
  return `{\n  "region": ${JSON.stringify(region)},\n  "prices": {\n${entries.join(',\n')}\n  }\n}\n`;
}
