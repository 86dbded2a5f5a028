import { z } from 'zod';

const dimensionSchema = z.object({
  unit: z.string(),
  beginRange: z.string().optional(),
  description: z.string().optional(),
  pricePerUnit: z.record(z.string(), z.string()),
});

const termSchema = z.object({
  effectiveDate: z.string(),
  priceDimensions: z.record(z.string(), dimensionSchema),
});

export const productSchema = z.object({
  sku: z.string().min(1),
  // an offer file also holds attributes that are not text (null, numbers); none of those is ever matched
  attributes: z.record(z.string(), z.unknown()),
});

/** On-demand terms of one SKU, by term code. The code differs between offers: read all, expect none by name. */
export const termsSchema = z.record(z.string(), termSchema);

export type PriceTerm = z.infer<typeof termSchema>;

/** One product of the Price List with its on-demand terms: the same in a bulk offer file and from GetProducts. */
export interface PriceRecord {
  readonly sku: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly terms: readonly PriceTerm[];
}

const getProductsEntrySchema = z.object({
  product: productSchema,
  version: z.string().optional(),
  terms: z.object({ OnDemand: termsSchema.optional() }),
});

/** Reads one entry of GetProducts. @throws where it is not a price record. */
export function parsePriceRecord(json: unknown): PriceRecord {
  const { product, terms } = getProductsEntrySchema.parse(json);
  return { sku: product.sku, attributes: product.attributes, terms: Object.values(terms.OnDemand ?? {}) };
}
