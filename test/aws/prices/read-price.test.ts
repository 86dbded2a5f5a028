import { describe, expect, test } from '@jest/globals';
import { parsePriceRecord, type PriceRecord } from '../../../lib/aws/prices/price-record.ts';
import { readPrice, type PriceReading } from '../../../lib/aws/prices/read-price.ts';
import { PRICE_METERS } from '../../support/catalogue.ts';
import { fixture, getProductsEntries, knownRows, type OfferRow } from '../../support/offer-file.ts';

const TODAY = '2026-11-23';
const NOVA = 'amazon.nova-2-lite-v1:0';
const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const SONNET_5 = 'anthropic.claude-sonnet-5';

function records(rows: readonly OfferRow[], region = 'us-east-1'): PriceRecord[] {
  return getProductsEntries('Any', rows, region).map((entry) => parsePriceRecord(JSON.parse(entry)));
}

function read(id: string, rows: readonly OfferRow[], region = 'us-east-1'): PriceReading {
  const meter = PRICE_METERS.get(id);
  if (meter === undefined) throw new Error(`no meter for ${id}`);
  return readPrice(meter, region, records(rows, region), TODAY);
}

function usd(id: string, rows: readonly OfferRow[], region = 'us-east-1'): number | string {
  const reading = read(id, rows, region);
  return reading.kind === 'price' ? reading.usd : reading.kind;
}

const reason = (id: string, rows: readonly OfferRow[]): string => {
  const reading = read(id, rows);
  return reading.kind === 'unclear' ? reading.reason : reading.kind;
};

describe('the published rows of Nova 2 Lite', () => {
  // per 1K tokens in the price list, per 1M in the book: 0.00033 x 1,000 = 0.33
  test.each([
    [`${NOVA}/input`, 0.33],
    [`${NOVA}/output`, 2.75],
    [`${NOVA}/input/batch`, 0.165],
    [`${NOVA}/input/flex`, 0.165],
    [`${NOVA}/input/priority`, 0.5775],
    [`${NOVA}/input/global`, 0.3],
    [`${NOVA}/custom-input`, 0.3],
    [`${NOVA}/custom-output`, 2.5],
    [`${NOVA}/training`, 3.78],
    [`${NOVA}/storage`, 1.95],
    [`${NOVA}/provisioned/no-commit`, 60.5],
    [`${NOVA}/provisioned/1-month`, 55],
  ])('%s', (id, expected) => {
    expect(usd(id, knownRows('AmazonBedrock'))).toBe(expected);
  });

  test('what the price list does not have is absent, not the nearest', () => {
    expect(usd(`${NOVA}/provisioned/6-month`, knownRows('AmazonBedrock'))).toBe('absent');
    expect(usd('amazon.nova-lite-v1:0/input', knownRows('AmazonBedrock'))).toBe('absent');
  });
});

test('a whole record as GetProducts answers it can be read', () => {
  const { PriceList } = fixture('get-products-claude-2.json') as { PriceList: string[] };
  const record = parsePriceRecord(JSON.parse(PriceList[0] ?? ''));
  // $0.008 per 1K tokens is $8 per 1M
  const meter = { services: ['AmazonBedrock'], usageTypes: ['{P}-Claude2.0-input-tokens'], per: '1M tokens' } as const;
  expect(readPrice(meter, 'us-east-1', [record], TODAY)).toMatchObject({
    kind: 'price',
    usd: 8,
    sku: '3G679R3Y8YSQSJTA',
  });
  expect(readPrice(meter, 'us-west-2', [record], TODAY)).toEqual({ kind: 'absent' });
});

describe('rows that look like the one that is asked for', () => {
  const base = { usagetype: 'USE1-Nova2.0Lite-input-tokens', unit: '1K tokens', usd: 0.00033 };

  test('a custom model has "Input tokens" too, and is another price', () => {
    const custom = {
      usagetype: 'USE1-Nova2.0Lite-input-tokens-custom-model',
      usd: 0.0003,
      attributes: { inferenceType: 'Input tokens', model: 'Nova 2.0 Lite' },
    };
    expect(usd(`${NOVA}/input`, [custom])).toBe('absent');
    expect(usd(`${NOVA}/input`, [custom, base])).toBe(0.33);
  });

  test('batch is known by the usage type, even where only "feature" says so elsewhere', () => {
    const batch = {
      usagetype: 'USE1-Nova2.0Lite-input-tokens-batch',
      usd: 0.000165,
      attributes: { inferenceType: 'Input tokens', feature: 'Batch Inference' },
    };
    expect(usd(`${NOVA}/input`, [batch])).toBe('absent');
    expect(usd(`${NOVA}/input/batch`, [batch, base])).toBe(0.165);
  });

  test.each([
    ['an image meter that counts tokens', 'USE1-Nova2.0Lite-image-input-tokens'],
    ['the name of the newest models', 'USE1-amazon.nova-2-lite-mantle-input-tokens-standard'],
    ['another Region', 'USW2-Nova2.0Lite-input-tokens'],
    ['another model whose name begins the same', 'USE1-Nova2.0LiteX-input-tokens'],
    ['another case', 'USE1-nova2.0lite-input-tokens'],
  ])('%s', (_, usagetype) => {
    expect(usd(`${NOVA}/input`, [{ ...base, usagetype }])).toBe('absent');
  });

  test('the right usage type under the wrong Region', () => {
    expect(usd(`${NOVA}/input`, [{ ...base, regionCode: 'us-west-2' }])).toBe('absent');
  });

  test('throughput of a custom model is not that of the base model', () => {
    const custom = {
      usagetype: 'USE1-TitanTextG1-Lite-ProvisionedThroughput-Custom-NoCommit-ModelUnits',
      unit: 'hour',
      usd: 7,
    };
    expect(usd('amazon.titan-text-lite-v1/provisioned/no-commit', [custom])).toBe('absent');
  });
});

describe('the marketplace offers', () => {
  const row = (meter: string, servicename: string, price: number, more: object = {}): OfferRow => ({
    usagetype: `USE1-MP:USE1_${meter}-Units`,
    servicename: `${servicename} (Amazon Bedrock Edition)`,
    unit: 'Units',
    usd: price,
    ...more,
  });

  test('the published rows of Claude Haiku 4.5, whatever their term code', () => {
    const rows = knownRows('AmazonBedrockFoundationModels').map((known) => ({ ...known, termCode: '4799GE89SK' }));
    expect(usd(`${HAIKU}/input`, rows)).toBe(1.1);
    expect(usd(`${HAIKU}/output`, rows)).toBe(5.5);
    expect(usd(`${HAIKU}/input/global`, rows)).toBe(1);
    expect(usd(`${HAIKU}/output/global`, rows)).toBe(5);
    expect(usd(`${HAIKU}/input/batch`, rows)).toBe('absent');
  });

  test('every model has the same usage types: the service name tells them apart', () => {
    const rows = [row('InputTokenCount', 'Claude Sonnet 4.6', 3.3), row('InputTokenCount', 'Claude Haiku 4.5', 1.1)];
    expect(usd(`${HAIKU}/input`, rows)).toBe(1.1);
    expect(usd('anthropic.claude-sonnet-4-6/input', rows)).toBe(3.3);
    expect(usd('anthropic.claude-sonnet-4-5-20250929-v1:0/input', rows)).toBe('absent');
  });

  test('"Units" are a million tokens even where the description says a thousand', () => {
    const cache = row('CacheReadInputTokenCount', 'Claude Haiku 4.5', 0.11, {
      description: 'AWS Marketplace software usage|us-east-1|Thousand Cache Read Input Tokens',
    });
    expect(usd(`${HAIKU}/cache-read`, [cache])).toBe(0.11);
  });

  test('a long context and a reservation are other meters', () => {
    const rows = [
      row('input_tokens_long_ctx_standard', 'Claude Sonnet 5', 4.4),
      row('Reserved_1Month_InputTPM_Geo', 'Claude Sonnet 5', 0.198),
      row('input_tokens_standard', 'Claude Sonnet 5', 2.2),
      row('cache_write_tokens_1h_global_standard', 'Claude Sonnet 5', 4),
    ];
    expect(usd(`${SONNET_5}/input`, rows)).toBe(2.2);
    expect(usd(`${SONNET_5}/cache-write-1h/global`, rows)).toBe(4);
    expect(usd(`${SONNET_5}/cache-write-1h`, rows)).toBe('absent');
  });

  test('"Units" of anything else say nothing', () => {
    const rows = [{ usagetype: 'USE1-Nova2.0Lite-input-tokens', unit: 'Units', usd: 0.33 }];
    expect(reason(`${NOVA}/input`, rows)).toContain("unit 'Units' cannot be read as 1M tokens");
  });
});

describe('services that stand where one would not look', () => {
  test('OpenSearch Serverless is part of AmazonES, and its two OCUs must agree', () => {
    const ocu = (usagetype: string, price: number) => ({ usagetype, unit: 'OCU-Hours', usd: price });
    expect(PRICE_METERS.get('aoss/ocu')?.services).toEqual(['AmazonES']);
    expect(usd('aoss/ocu', [ocu('APN1-IndexingOCU', 0.334), ocu('APN1-SearchOCU', 0.334)], 'ap-northeast-1')).toBe(
      0.334,
    );
    expect(reason('aoss/ocu', [ocu('USE1-IndexingOCU', 0.24), ocu('USE1-SearchOCU', 0.25)])).toContain(
      'several prices',
    );
  });

  test('S3 Vectors is part of AmazonS3, and four other things end in TimedStorage-ByteHrs', () => {
    const storage = (usagetype: string, price: number) => ({ usagetype, unit: 'GB-Mo', usd: price });
    const rows = [
      storage('Tables-TimedStorage-ByteHrs', 0.0265),
      storage('Files-TimedStorage-ByteHrs', 0.3),
      storage('OpenSearch-Vectors-TimedStorage-ByteHrs', 0.02),
      storage('Vectors-TimedStorage-ByteHrs', 0.06),
      storage('TimedStorage-ByteHrs', 0.023),
    ];
    expect(usd('s3/storage', rows)).toBe(0.023);
    expect(usd('s3-vectors/storage', rows)).toBe(0.06);
    expect(usd('s3/storage', rows.slice(0, 4))).toBe('absent');
  });

  test('S3 Vectors counts what a query reads in GB, the book in TB', () => {
    // $0.00000390625 per GB x 1,024 = $0.004 per TB
    const row = { usagetype: 'Vectors-Query-ProcessedBytes-Tier1', unit: 'GB', usd: '0.00000390625' };
    expect(usd('s3-vectors/processed-tier-1', [row])).toBe(0.004);
  });

  test('Aurora PostgreSQL shares its usage types with Aurora MySQL', () => {
    const acu = (databaseEngine: string, price: number) => ({
      usagetype: 'Aurora:ServerlessV2Usage',
      unit: 'ACU-Hr',
      usd: price,
      attributes: { databaseEngine },
    });
    expect(usd('aurora/acu', [acu('Aurora MySQL', 0.2), acu('Aurora PostgreSQL', 0.12)])).toBe(0.12);
    expect(usd('aurora/acu', [acu('Aurora MySQL', 0.2)])).toBe('absent');
  });

  test('only us-east-1 leaves the prefix out, and not always', () => {
    const lambda = (usagetype: string) => ({ usagetype, unit: 'Lambda-GB-Second', usd: 0.0000133334 });
    expect(usd('lambda/gb-second-arm', [lambda('Lambda-GB-Second-ARM')])).toBe(0.0000133334);
    expect(usd('lambda/gb-second-arm', [lambda('USW2-Lambda-GB-Second-ARM')], 'us-west-2')).toBe(0.0000133334);
    expect(usd('lambda/gb-second-arm', [lambda('Lambda-GB-Second-ARM')], 'us-west-2')).toBe('absent');
    expect(
      usd('states/transition', [{ usagetype: 'USE1-StateTransition', unit: 'StateTransitions', usd: 0.000025 }]),
    ).toBe(0.025);
  });

  test('a guardrail unit is one text unit in the price list, a thousand in the book', () => {
    const row = { usagetype: 'USE1-Guardrail-ContentPolicyUnitsConsumed', unit: 'TextUnits', usd: 0.00015 };
    expect(usd('guardrail/content', [row])).toBe(0.15);
  });
});

describe('the tier that an id means', () => {
  const tiers = { '1000000': 0.02, '250000': 0.05, '10000': 0.1, '0': 0.3 };

  test('is the first, wherever it stands in the record', () => {
    const row = { usagetype: 'CW:MetricMonitorUsage', unit: 'Metrics', tiers };
    expect(usd('cloudwatch/custom-metric', [row])).toBe(0.3);
  });

  test('is that from which its price holds, by exact quantity', () => {
    const row = { usagetype: 'CW:MetricMonitorUsage', unit: 'Metrics', tiers };
    expect(usd('cloudwatch/custom-metric/tier-2', [row])).toBe(0.1);
    expect(usd('cloudwatch/custom-metric/tier-4', [row])).toBe(0.02);
    expect(reason('cloudwatch/custom-metric/tier-3', [{ ...row, tiers: { '0': 0.3, '20000': 0.1 } }])).toContain(
      'no on-demand price that starts at quantity 250000',
    );
  });

  test('is not the second where the first is missing', () => {
    const row = { usagetype: 'CW:MetricMonitorUsage', unit: 'Metrics', tiers: { '10000': 0.1 } };
    expect(reason('cloudwatch/custom-metric', [row])).toContain('no on-demand price that starts at quantity 0');
  });

  test('a first tier free of charge is no price of zero', () => {
    const row = { usagetype: 'USE1-DataProcessing-Bytes', unit: 'GB', tiers: { '0': 0, '5': 0.5 } };
    expect(reason('logs/ingest', [row])).toContain('its first tier is free of charge');
  });

  test('writing to the cache of Nova is free of charge, and that is its price', () => {
    const row = { usagetype: 'USE1-Nova2.0Lite-cache-write-input-token-count', unit: '1K tokens', usd: 0 };
    expect(usd(`${NOVA}/cache-write`, [row])).toBe(0);
  });
});

describe('what cannot be said is unclear, never a number', () => {
  const row = { usagetype: 'USE1-Nova2.0Lite-input-tokens', unit: '1K tokens', usd: 0.00033 };

  test.each([
    ['an unknown unit', { ...row, unit: '10K tokens' }, "unit '10K tokens' cannot be read as 1M tokens"],
    ['a unit of something else', { ...row, unit: 'hour' }, "unit 'hour' cannot be read as 1M tokens"],
    ['another currency', { ...row, currency: 'CNY' }, 'no price in US dollars'],
    ['no number', { ...row, usd: 'n/a' }, 'no price in US dollars'],
    ['a price of zero', { ...row, usd: 0 }, 'free of charge'],
    ['a price that starts in the future', { ...row, effectiveDate: '2026-12-01' }, 'is in force'],
  ])('%s', (_, odd, expected) => {
    expect(reason(`${NOVA}/input`, [odd])).toContain(expected);
  });

  test('two SKUs of one usage type that differ', () => {
    expect(reason(`${NOVA}/input`, [row, { ...row, usd: 0.00044 }])).toContain('several prices for 1M tokens');
    expect(usd(`${NOVA}/input`, [row, { ...row }])).toBe(0.33);
  });

  test('of two terms the later one that has begun holds', () => {
    const later = { ...row, termCode: 'LATER', usd: 0.0003, effectiveDate: '2026-11-01' };
    const future = { ...row, termCode: 'FUTURE', usd: 0.0001, effectiveDate: '2027-01-01' };
    expect(usd(`${NOVA}/input`, [{ ...row, otherTerms: [future, later] }])).toBe(0.3);
  });
});

test('tokens per million are taken as they are', () => {
  expect(usd(`${NOVA}/input`, [{ usagetype: 'USE1-Nova2.0Lite-input-tokens', unit: '1M tokens', usd: 0.33 }])).toBe(
    0.33,
  );
});
