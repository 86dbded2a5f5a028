import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FIXTURES = join(import.meta.dirname, '../fixtures/price-list');

/** A row of an offer file, flat. */
export interface OfferRow {
  readonly usagetype: string;
  readonly sku?: string;
  readonly regionCode?: string;
  readonly servicename?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly unit?: string;
  readonly usd?: number | string;
  /** Price by the quantity from which it holds; instead of `usd`. */
  readonly tiers?: Readonly<Record<string, number>>;
  readonly currency?: string;
  readonly description?: string;
  readonly effectiveDate?: string;
  readonly termCode?: string;
  /** Further terms of the same SKU. */
  readonly otherTerms?: readonly OfferRow[];
}

export interface KnownRow extends OfferRow {
  readonly offer: string;
}

export function fixture(name: string): unknown {
  return JSON.parse(readFileSync(join(FIXTURES, name), 'utf8'));
}

/** Rows of the real price list: usage types, SKUs, units and prices as they were published. */
export function knownRows(offer: string): KnownRow[] {
  return (fixture('known-rows.json') as KnownRow[]).filter((row) => row.offer === offer);
}

function termOf(row: OfferRow, sku: string) {
  // most offers use this code, Claude Haiku 4.5 another
  const code = `${sku}.${row.termCode ?? 'JRTCKXETXF'}`;
  const tiers = row.tiers ?? { '0': row.usd ?? 1 };
  const starts = Object.keys(tiers);
  const dimensions = Object.entries(tiers).map(([beginRange, usd], index) => [
    `${code}.${index}`,
    {
      rateCode: `${code}.${index}`,
      unit: row.unit ?? '1K tokens',
      beginRange,
      endRange: starts[index + 1] ?? 'Inf',
      description: row.description ?? '',
      appliesTo: [],
      pricePerUnit: { [row.currency ?? 'USD']: typeof usd === 'string' ? usd : usd.toFixed(10) },
    },
  ]);
  return [
    code,
    {
      offerTermCode: row.termCode ?? 'JRTCKXETXF',
      sku,
      effectiveDate: `${row.effectiveDate ?? '2026-08-01'}T00:00:00Z`,
      priceDimensions: Object.fromEntries(dimensions) as unknown,
      termAttributes: {},
    },
  ] as const;
}

/** A bulk offer file: products and their terms in two separate parts. */
export function offerFile(offerCode: string, rows: readonly OfferRow[], region = 'us-east-1'): string {
  const products: Record<string, unknown> = {};
  const onDemand: Record<string, unknown> = {};
  rows.forEach((row, index) => {
    const sku = row.sku ?? `SKU${index}`;
    products[sku] = {
      sku,
      productFamily: offerCode,
      attributes: {
        servicecode: offerCode,
        location: region,
        locationType: 'AWS Region',
        regionCode: row.regionCode ?? region,
        usagetype: row.usagetype,
        operation: '',
        ...(row.servicename === undefined ? {} : { servicename: row.servicename }),
        ...row.attributes,
      },
    };
    onDemand[sku] = Object.fromEntries([row, ...(row.otherTerms ?? [])].map((term) => termOf(term, sku)));
  });
  const file = {
    formatVersion: 'v1.0',
    disclaimer: 'This pricing list is for informational purposes only.',
    offerCode,
    version: '20261101000000',
    publicationDate: '2026-11-01T00:00:00Z',
    products,
    terms: { OnDemand: onDemand, Reserved: {} },
    attributesList: {},
  };
  return JSON.stringify(file, null, 2);
}

/** The same rows as GetProducts answers them: each entry is JSON in a string. */
export function getProductsEntries(offerCode: string, rows: readonly OfferRow[], region = 'us-east-1'): string[] {
  const { products, terms } = JSON.parse(offerFile(offerCode, rows, region)) as {
    products: Record<string, unknown>;
    terms: { OnDemand: Record<string, unknown> };
  };
  return Object.entries(products).map(([sku, product]) =>
    JSON.stringify({
      product,
      serviceCode: offerCode,
      terms: { OnDemand: terms.OnDemand[sku] },
      version: '20261101000000',
    }),
  );
}
