import { z } from 'zod';
import { MARKETPLACE, MODEL_SERVICES, type PriceService } from '../../meters/price-meters.ts';

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

const firstDay = ({ effectiveDate }: PriceTerm): string => effectiveDate.slice(0, 10);

/** The start of the terms in force on a day: the last one that is not in the future. */
function startInForce(terms: readonly PriceTerm[], today: string): string | undefined {
  return terms
    .filter((term) => firstDay(term) <= today)
    .map(({ effectiveDate }) => effectiveDate)
    .sort()
    .at(-1);
}

/** Day on which the terms in force began, `YYYY-MM-DD`. */
export const latestStart = (terms: readonly PriceTerm[], today: string): string | undefined =>
  startInForce(terms, today)?.slice(0, 10);

/** Terms in force on a day: those that started last. A later one is not yet in force. */
export function termsInForce(terms: readonly PriceTerm[], today: string): PriceTerm[] {
  const start = startInForce(terms, today);
  return terms.filter(({ effectiveDate }) => effectiveDate === start);
}

/**
 * True for a product of a model: any of a service that sells nothing else, whatever its usage type says, and of AmazonBedrock, which
 * sells guardrails and more, one whose usage type or unit says tokens, or tokens a minute.
 */
export function isOfModel(
  service: PriceService,
  { attributes, terms }: Pick<PriceRecord, 'attributes' | 'terms'>,
): boolean {
  if (MARKETPLACE.includes(service)) return true;
  if (!MODEL_SERVICES.includes(service)) return false;
  const usageType = attributes['usagetype'];
  if (typeof usageType === 'string' && /token|TPM/i.test(usageType)) return true;
  return terms.some(({ priceDimensions }) => Object.values(priceDimensions).some(({ unit }) => /token/i.test(unit)));
}

const getProductsEntrySchema = z.object({
  product: productSchema,
  version: z.string().optional(),
  publicationDate: z.string().optional(),
  terms: z.object({ OnDemand: termsSchema.optional() }),
});

/** One entry of GetProducts. */
export interface PublishedRecord extends PriceRecord {
  /** Time at which its price list was published, where the entry says so. */
  readonly published: string | undefined;
}

/** Reads one entry of GetProducts. @throws where it is not a price record. */
export function parsePriceRecord(json: unknown): PublishedRecord {
  const { product, terms, publicationDate } = getProductsEntrySchema.parse(json);
  return {
    sku: product.sku,
    attributes: product.attributes,
    terms: Object.values(terms.OnDemand ?? {}),
    published: publicationDate,
  };
}
