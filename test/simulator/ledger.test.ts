import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { billCells } from '../../lib/billing/bill.ts';
import { readCur } from '../../lib/billing/sources/cur.ts';
import { queryRows, withDuckDb } from '../../lib/duckdb.ts';
import { priceBook, type PriceBook } from '../../lib/prices/price-book.ts';
import {
  customMetricUsage,
  lambdaUsage,
  logUsage,
  virtualClock,
  type Ledger,
  type MonthOfUsage,
  type MeteredUsage,
} from '../../lib/simulator/index.ts';
import { createLedger } from '../../lib/simulator/ledger.ts';
import { createMeter, type UsageRecorder } from '../../lib/simulator/meter.ts';
import { ACCOUNT, CATALOGUE, MODEL, PRICES, REGION, TAGS } from '../support/simulator.ts';

const PROFILE = `arn:aws:bedrock:${REGION}:${ACCOUNT}:application-inference-profile/abcdefghijkl`;
const OPERATIONS = { ...TAGS, 'cost-component': 'operations' };
const FUNCTION = {
  path: 'prompt-only',
  arn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:answer`,
  tags: OPERATIONS,
} as const;
const LOGS = {
  path: 'prompt-only',
  arn: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:answer`,
  tags: OPERATIONS,
} as const;

const tokens = (meter: string, quantity: number): MeteredUsage => ({
  priceId: `${MODEL}/${meter}`,
  quantity,
  resourceId: PROFILE,
  tags: TAGS,
  path: 'prompt-only',
  component: 'inference',
  operation: 'InvokeModelInference',
});

const logs = logUsage(LOGS, { bytesPerRequest: 1024 ** 2, retentionDays: 10, storedShareOfIngested: 0.5 });

/** 31 days, 3,100 requests: 100 a day. */
const DECEMBER: MonthOfUsage = {
  month: '2026-12',
  requestsPerMonth: 3_100,
  usagePerRequest: [
    tokens('input', 1_000),
    tokens('output', 200),
    ...lambdaUsage(FUNCTION, { architecture: 'arm64', memoryMb: 512, billedMsPerInvocation: 2_000 }),
    logs.ingested,
  ],
  usagePerMonth: [customMetricUsage('prompt-only', 7)],
  storagePerRequest: [logs.stored],
};

interface Played {
  readonly meter: UsageRecorder;
  readonly ledger: Ledger;
}

function played(month: MonthOfUsage = DECEMBER, prices: PriceBook = PRICES): Played {
  const clock = virtualClock(new Date('2026-11-30T12:00:00Z'));
  const meter = createMeter(clock);
  const ledger = createLedger(meter, clock, { accountId: ACCOUNT, prices, models: CATALOGUE });
  meter.playMonth(month);
  return { meter, ledger };
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fmpaths-ledger-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('a month costs what its requests and its standing parts cost', () => {
  // input:   3,100 x 1,000 = 3.1M  x $1/M  = $3.10
  // output:  3,100 x 200   = 0.62M x $5/M  = $3.10
  // Lambda requests: 3,100 x $0.20/M       = $0.00062
  // Lambda duration: 3,100 x 0.5 GB x 2 s = 3,100 GB-s x $0.00001 = $0.031
  // log ingestion:   3,100 x 1/1,024 GB    = 3.02734375 GB x $0.50 = $1.513671875
  // log storage: 100 a day x 10 days x 0.5/1,024 GB = 0.48828125 GB for the month x $0.03 = $0.0146484375
  // metrics: 7 x $0.30                     = $2.10
  const { ledger } = played();
  const usdOf = (component: string) => ledger.totals().find((total) => total.component === component)?.usd;
  expect(ledger.totals().map(({ path, component }) => [path, component])).toEqual([
    ['prompt-only', 'inference'],
    ['prompt-only', 'operations'],
  ]);
  expect(usdOf('inference')).toBeCloseTo(6.2, 10);
  expect(usdOf('operations')).toBeCloseTo(0.00062 + 0.031 + 1.513671875 + 0.0146484375 + 2.1, 10);
});

test('requests that do not divide by the days are whole every day and add up to the month', () => {
  const { meter } = played({
    ...DECEMBER,
    requestsPerMonth: 100,
    usagePerRequest: [tokens('input', 1)],
    usagePerMonth: [],
    storagePerRequest: [],
  });
  const perDay = meter.usage().map(({ quantity }) => quantity);
  // 100 / 31 days = 3.2: 24 days of 3 and 7 of 4
  expect(perDay.filter((requests) => requests === 3)).toHaveLength(24);
  expect(perDay.filter((requests) => requests === 4)).toHaveLength(7);
  expect(perDay.reduce((sum, requests) => sum + requests, 0)).toBe(100);
});

test('storage is what the kept days left, those before the month included', () => {
  const stored = { ...logs.stored, quantity: 1, retentionDays: 3 };
  const { meter } = played({
    month: '2027-02',
    requestsPerMonth: 28,
    usagePerRequest: [],
    storagePerRequest: [stored],
  });
  // one request a day, kept for three days: 3 pieces every day of 28, so 3 piece-months
  const days = meter.usage().map(({ quantity }) => quantity);
  expect(days).toHaveLength(28);
  for (const day of days) expect(day).toBeCloseTo(3 / 28, 12);
});

test('playing a month moves the clock to its end, and a month that has begun cannot be played', () => {
  const clock = virtualClock(new Date('2026-11-30T12:00:00Z'));
  const meter = createMeter(clock);
  meter.playMonth(DECEMBER);
  expect(clock.now().toISOString()).toBe('2027-01-01T00:00:00.000Z');
  meter.playMonth({ ...DECEMBER, month: '2027-01' });
  expect(() => meter.playMonth({ ...DECEMBER, month: '2027-01' })).toThrow(/2027-01 has begun/);
});

test.each<[Partial<MonthOfUsage>, RegExp]>([
  [{ month: '2026-13' }, /a month is written like 2026-12, got '2026-13'/],
  [{ month: 'December' }, /got 'December'/],
  [{ requestsPerMonth: 1.5 }, /'requestsPerMonth' must be a whole number from 0, got 1.5/],
  [
    { storagePerRequest: [{ ...logs.stored, retentionDays: 0 }] },
    /'retentionDays' must be a whole number from 1, got 0/,
  ],
])('a month that cannot be played is refused: %#', (changed, message) => {
  expect(() => played({ ...DECEMBER, ...changed })).toThrow(message);
});

test('calls are measured over the requests that caused them', () => {
  const meter = createMeter(virtualClock(new Date('2026-11-30T12:00:00Z')));
  expect(() => meter.measured({ path: 'prompt-only', requests: 2 })).toThrow(/no call was answered yet/);
  const call = (inputTokens: number, latencyMs: number) =>
    meter.recordCall({
      operation: 'Converse',
      path: 'prompt-only',
      at: new Date('2026-11-30T12:00:00Z'),
      modelArn: PROFILE,
      modelId: MODEL,
      inputTokens,
      outputTokens: 10,
      cacheReadInputTokens: 0,
      cacheWriteInputTokens: 0,
      latencyMs,
      usage: [tokens('input', inputTokens), tokens('output', 10)],
    });
  call(100, 400);
  call(200, 600);
  call(300, 800);
  // three calls for two requests, one of them repeated: 600 / 2 and 30 / 2 tokens
  expect(meter.measured({ path: 'prompt-only', requests: 2 })).toMatchObject({
    requests: 2,
    calls: 3,
    latencyMsPerCall: 600,
    tokensPerRequest: { inputTokens: 300, outputTokens: 15, cacheReadInputTokens: 0, cacheWriteInputTokens: 0 },
    usagePerRequest: [tokens('input', 300), tokens('output', 15)],
  });
  expect(() => meter.measured({ path: 'prompt-only', requests: 0 })).toThrow(
    /positive whole number of requests, got 0/,
  );
});

test('the bill is Parquet in a folder a month, and DuckDB reads what was metered', async () => {
  const { ledger } = played();
  const target = join(folder, 'parquet');
  const { files, rows } = await ledger.writeParquet(target);
  expect(files).toEqual([join(target, 'data/BILLING_PERIOD=2026-12/fmpaths-rehearsal-00001.snappy.parquet')]);
  // 31 days x (2 token meters + 2 Lambda + 2 log + 1 metrics)
  expect(rows).toBe(31 * 7);
  await withDuckDb(async (duck) => {
    const source = `read_parquet('${files[0] ?? ''}')`;
    const types = await queryRows(
      duck,
      `DESCRIBE SELECT line_item_usage_amount, line_item_usage_start_date, resource_tags FROM ${source}`,
    );
    expect(types.map((row) => row['column_type'])).toEqual(['DOUBLE', 'TIMESTAMP', 'MAP(VARCHAR, VARCHAR)']);
    const [input] = await queryRows(
      duck,
      `SELECT count(*) AS lines, sum(line_item_usage_amount) AS amount, sum(line_item_unblended_cost) AS usd,
        any_value(pricing_unit) AS unit, any_value(line_item_resource_id) AS resource, any_value(line_item_operation) AS operation,
        any_value(CAST(resource_tags AS varchar)) AS tags, any_value(bill_invoicing_entity) AS invoicing,
        min(identity_time_interval) AS first_day, count(DISTINCT identity_line_item_id) AS ids
      FROM ${source} WHERE line_item_usage_type = 'USE1-AcmeSmall-input-tokens'`,
    );
    expect(input).toMatchObject({
      lines: 31n,
      ids: 31n,
      // 3.1M tokens in thousands
      amount: 3_100,
      unit: '1K tokens',
      resource: PROFILE,
      operation: 'InvokeModelInference',
      tags: '{user_customization_path=prompt-only, user_cost_component=inference, user_project=fmpaths, user_environment=test}',
      invoicing: expect.stringMatching(/^SIMULATED/),
      first_day: '2026-12-01T00:00:00Z/2026-12-02T00:00:00Z',
    });
    expect(input?.['usd']).toBeCloseTo(3.1, 10);
  });
});

test('the bill reads back by path and component to the sums of the ledger', async () => {
  const { ledger } = played();
  const target = join(folder, 'read-back');
  await ledger.writeParquet(target);
  const bill = await readCur({
    path: target,
    window: { from: '2026-12-01', until: '2026-12-31' },
    deployed: [],
    now: new Date('2027-01-10T00:00:00Z'),
    simulated: true,
  });
  const cells = billCells(bill.rows);
  const [inference, operations] = ledger.totals();
  expect(cells.find(({ component }) => component === 'inference')?.taggedUsd).toBeCloseTo(inference?.usd ?? NaN, 10);
  // what is tagged and what cannot be: seven metrics at $0.30
  const tagged = cells.find(({ path, component }) => path === 'prompt-only' && component === 'operations');
  const untagged = cells.find(({ path, component }) => path === null && component === 'operations');
  expect(untagged?.remainderUsd).toBeCloseTo(2.1, 10);
  expect((tagged?.taggedUsd ?? 0) + (untagged?.remainderUsd ?? 0)).toBeCloseTo(operations?.usd ?? NaN, 10);
});

test('every line can be tagged, and none is where no key is activated', async () => {
  const { ledger } = played({ ...DECEMBER, usagePerMonth: [{ ...customMetricUsage('prompt-only', 7), tags: TAGS }] });
  const tagged = async (name: string, options: Parameters<Ledger['writeParquet']>[1]) => {
    const { files } = await ledger.writeParquet(join(folder, name), options);
    return withDuckDb(async (duck) => {
      const [row] = await queryRows(
        duck,
        `SELECT count(*) FILTER (resource_tags['user_customization_path'] = 'prompt-only') AS tagged FROM read_parquet('${files[0] ?? ''}')`,
      );
      return Number(row?.['tagged']);
    });
  };
  expect(await tagged('confirmed', {})).toBe(31 * 6);
  expect(await tagged('all', { tagging: 'all' })).toBe(31 * 7);
  expect(await tagged('inactive', { tagging: 'all', activeTagKeys: [] })).toBe(0);
});

test('a missing price makes the total unknown, and no bill is written', async () => {
  const { ledger } = played({ ...DECEMBER, usagePerRequest: [tokens('input', 1_000), tokens('cache-write', 10)] });
  const [inference] = ledger.totals();
  expect(inference).toMatchObject({ component: 'inference', usd: null });
  expect(inference?.knownUsd).toBeCloseTo(3.1, 10);
  await expect(ledger.writeParquet(join(folder, 'unknown'))).rejects.toThrow(
    /needs prices that the price book of us-east-1 does not have: acme.small-v1:0\/cache-write/,
  );
});

test('a third-party model is billed by AWS Marketplace, under its own name and in millions', async () => {
  const marketplace = priceBook(
    REGION,
    [...PRICES.prices.values()].map((price) => ({ ...price, service: 'AmazonBedrockFoundationModels' })),
  );
  const { ledger } = played(
    { ...DECEMBER, usagePerRequest: [tokens('input', 1_000)], usagePerMonth: [], storagePerRequest: [] },
    marketplace,
  );
  const { files } = await ledger.writeParquet(join(folder, 'marketplace'));
  const [row] = await withDuckDb((duck) =>
    queryRows(
      duck,
      `SELECT any_value(bill_billing_entity) AS entity, any_value(line_item_product_code) AS code, any_value(product['product_name']) AS name,
        any_value(product_servicecode) AS servicecode, any_value(pricing_unit) AS unit, sum(line_item_usage_amount) AS amount,
        sum(line_item_unblended_cost) AS usd FROM read_parquet('${files[0] ?? ''}')`,
    ),
  );
  expect(row).toMatchObject({
    entity: 'AWS Marketplace',
    code: expect.stringMatching(/^[a-z0-9]{25}$/),
    name: 'Small (Amazon Bedrock Edition)',
    servicecode: null,
    unit: 'Units',
  });
  expect(row?.['amount']).toBeCloseTo(3.1, 10);
  expect(row?.['usd']).toBeCloseTo(3.1, 10);
});

test('paths are played side by side in one month, and measured each by its own calls', () => {
  const meter = createMeter(virtualClock(new Date('2026-11-30T12:00:00Z')));
  const one: MonthOfUsage = { month: '2026-12', requestsPerMonth: 31, usagePerRequest: [tokens('input', 10)] };
  const two: MonthOfUsage = { ...one, usagePerRequest: [{ ...tokens('input', 20), path: 'rag' }] };
  meter.playMonth(one, two);
  const quantities = (path: string) => meter.usage().flatMap((used) => (used.path === path ? [used.quantity] : []));
  // 31 days of one request
  expect(quantities('prompt-only')).toEqual(Array.from({ length: 31 }, () => 10));
  expect(quantities('rag')).toEqual(Array.from({ length: 31 }, () => 20));
  expect(() => meter.playMonth(one, { ...two, month: '2027-01' })).toThrow(
    /one month is played at a time, got 2026-12, 2027-01/,
  );
  expect(() => meter.playMonth()).toThrow(/got none/);
});
