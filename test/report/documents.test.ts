import { describe, expect, test } from '@jest/globals';
import type { Bill, BilledRow } from '../../lib/billing/bill.ts';
import { compare } from '../../lib/billing/compare.ts';
import { askedDocument } from '../../lib/report/asked.ts';
import { billDocument } from '../../lib/report/bill.ts';
import { comparisonDocument } from '../../lib/report/compare.ts';
import { comparedEstimate } from '../../lib/report/compared-estimate.ts';
import { doctorDocument, doctorPlanDocument } from '../../lib/report/doctor.ts';
import type { Document } from '../../lib/report/document.ts';
import { estimateDocument } from '../../lib/report/estimate.ts';
import { FORMATS } from '../../lib/report/format.ts';
import { cleanupDocument, hostedDocument, removalDocument } from '../../lib/report/holdings.ts';
import { accountPricesDocument, priceCheckDocument } from '../../lib/report/price-check.ts';
import { priceDiffDocument, pricesDocument, refreshDocument, type RefusedPrice } from '../../lib/report/prices.ts';
import { SCHEMA_NAMES, schemaOf, type SchemaName } from '../../lib/report/schema-names.ts';
import { outputSchema } from '../../lib/report/schemas.ts';
import { activationDocument, backfillDocument, tagStatusDocument } from '../../lib/report/tags.ts';
import { trainingRunDocument } from '../../lib/report/training-run.ts';
import { LANGUAGES, type Language } from '../../lib/report/words/languages.ts';
import { ACME, ASKED, comparisonReport } from '../support/comparison-report.ts';
import { readingOf } from '../support/read-bill.ts';
import { rendered } from '../support/rendered.ts';
import { runCli } from '../support/run-cli.ts';
import { inventedPrice } from '../support/workloads.ts';

/** A title of the terminal, red, C1 and text turned around: what a tag value or another machine may hold. */
const HOSTILE = 'a\u001b]0;b\u0007\u001b[31mc\u009b2J\u202ed\re';

const ROW: BilledRow = {
  path: null,
  component: 'inference',
  componentFrom: 'tag',
  day: '2026-08-01',
  service: HOSTILE,
  usageType: HOSTILE,
  usd: 1.25,
  quantity: null,
  unit: null,
  attribution: 'none',
  inferredFrom: null,
  foreignTagValue: HOSTILE,
};

const BILL: Bill = {
  source: 'cur',
  simulated: true,
  from: '2026-08-01',
  until: '2026-08-31',
  currency: 'USD',
  metric: 'UnblendedCost',
  deployed: { paths: ['rag'], saidBy: 'tags' },
  rows: [ROW, { ...ROW, path: 'rag', attribution: 'tag', foreignTagValue: null }],
  read: { ...readingOf([ROW]), notRead: [{ file: HOSTILE, reason: 'format' }] },
  excluded: (['credit', 'refund', 'tax'] as const).map((kind) => ({ kind, usd: -1 })),
  otherCurrencies: [{ currency: HOSTILE, amount: 3 }],
  completeness: { completeUntil: null, settlingDays: ['2026-08-31'], estimatedDays: [], emptyDays: ['2026-08-02'] },
  tagSpellings: [{ role: 'path', column: HOSTILE, key: null }],
  secondAttributions: [{ kind: 'principal', value: HOSTILE, path: 'rag', usd: 2 }],
  queryUsd: null,
  notes: [{ code: 'fetched', values: { files: 1, megabytes: 2, uri: HOSTILE } }],
};

const PRICE = { ...inventedPrice('lambda/request', '1 request'), confidence: 'D' as const, note: HOSTILE };

const REFUSED: RefusedPrice = {
  id: 'a/output',
  rule: 'output-below-input',
  before: { usd: 1, per: '1M tokens', date: '2026-10-01' },
  after: { usd: 2, per: HOSTILE },
  against: { id: 'a/input', usd: 3, per: '1M tokens' },
  bounds: { least: 1, most: 50 },
  listed: null,
  endOfLife: null,
  flag: null,
};

const LISTED = {
  name: HOSTILE,
  services: [HOSTILE],
  usageTypes: [
    { usageType: HOSTILE, service: 'AmazonBedrock', sku: HOSTILE, meter: null, prices: [{ usd: null, unit: HOSTILE }] },
  ],
};

const CHANGE = {
  region: 'us-east-1',
  id: PRICE.id,
  kind: 'changed',
  before: PRICE,
  after: PRICE,
  percent: 0.5,
} as const;

const RESOURCE = {
  region: 'us-east-1',
  path: 'fine-tuning',
  kind: 'throughput',
  name: HOSTILE,
  arn: HOSTILE,
  status: HOSTILE,
  leftOver: true,
  usdPerDay: null,
  bills: { code: 'unknown', values: { reason: HOSTILE } },
  stack: HOSTILE,
  stackState: 'gone',
} as const;

type Sample = (language: Language) => Document;

/** Schema -> a result that has something everywhere. Those of the cost model are made by their commands below. */
const SAMPLES: Partial<Record<SchemaName, Sample>> = {
  bill: (language) => billDocument(BILL, language, 'usage-type'),
  compare: (language) =>
    comparisonDocument(
      {
        ...compare({ estimated: null, metered: null, bill: BILL }),
        assumed: [{ field: 'operations.customMetrics', value: 7, paths: ['rag'] }],
        estimates: [],
      },
      language,
    ),
  cleanup: (language) =>
    cleanupDocument(
      {
        regions: ['us-east-1'],
        resources: [RESOURCE, { ...RESOURCE, leftOver: false, usdPerDay: 2, bills: { code: 'hours' } }],
        unseen: [{ region: 'us-east-1', what: 'custom-model', reason: HOSTILE }],
        unpriced: [HOSTILE],
        removal: [
          { region: 'us-east-1', name: HOSTILE, gone: true },
          { region: 'us-east-1', name: 'x', gone: false, why: { code: 'noReaper', values: { name: HOSTILE } } },
        ],
      },
      { check: 'npx fmpaths cleanup --check', remove: 'npx fmpaths cleanup --yes' },
      language,
    ),
  doctor: (language) =>
    doctorDocument(
      'us-east-1',
      [
        { id: 'identity', costUsd: 0, status: 'ok', findings: [{ code: 'said', values: { text: HOSTILE } }] },
        {
          id: 'quotas',
          costUsd: 0.01,
          status: 'failed',
          findings: [{ code: 'legacy', values: { model: 'm' } }, { code: 'first-page' }],
          next: { code: 'try-again' },
        },
      ],
      language,
    ),
  'doctor-list': (language) =>
    doctorPlanDocument(
      [
        { id: 'identity', costUsd: 0 },
        { id: 'tags-active', costUsd: 0.01 },
      ],
      language,
    ),
  'host-status': (language) =>
    hostedDocument(
      {
        path: 'fine-tuning',
        region: 'us-east-1',
        models: [
          {
            kind: 'provisioned',
            modelArn: HOSTILE,
            customModelArn: 'arn',
            publishedAt: '2026-08-01',
            until: '2026-08-02',
            found: {
              status: HOSTILE,
              usdPerHour: 60,
              bills: { code: 'committed-hours', values: { day: '2026-08-31' } },
            },
          },
          {
            kind: 'on-demand',
            modelArn: 'gone',
            customModelArn: 'arn',
            publishedAt: '2026-08-01',
            until: null,
            found: null,
          },
        ],
      },
      { check: 'npx fmpaths cleanup --check', end: 'npx fmpaths unhost fine-tuning' },
      language,
    ),
  removal: (language) =>
    removalDocument(
      {
        path: 'fine-tuning',
        removed: [HOSTILE],
        left: [HOSTILE],
        stillRunning: { run: 'r', reason: HOSTILE, arn: 'arn' },
      },
      language,
    ),
  ask: (language) =>
    askedDocument(
      {
        path: 'rag',
        questions: 3,
        answered: 1,
        failed: 1,
        failures: [{ code: 'throttled', times: 1, message: HOSTILE }],
        stoppedBy: 'max-usd',
        inputTokens: 10,
        outputTokens: 2,
        cacheReadInputTokens: 0,
        cacheWriteInputTokens: 0,
        retries: 0,
        latencyMs: { median: 5, p95: 6, max: 7 },
        meteredUsd: null,
        pace: { questionsPerSecond: 2, concurrency: 4, saturation: 0.95 },
        outcomes: HOSTILE,
      },
      language,
    ),
  'training-run': (language) =>
    trainingRunDocument(
      {
        path: 'fine-tuning',
        runId: 'r',
        status: 'succeeded',
        startedAt: '2026-08-01T00:00:00.000Z',
        reason: null,
        modelArn: HOSTILE,
        host: { kind: 'throughput', arn: HOSTILE, until: '2026-08-02' },
        trainingLoss: 0.5,
        atMostUsd: 12.5,
      },
      { ask: 'npx fmpaths run', perHour: 'npx fmpaths host', end: 'npx fmpaths unhost', check: 'npx fmpaths cleanup' },
      language,
    ),
  'tags-status': (language) =>
    tagStatusDocument(
      {
        tags: [
          {
            key: HOSTILE,
            needed: true,
            state: 'active',
            since: '2026-08-01',
            lastUsed: null,
            answer: { code: 'since', values: { day: '2026-08-01' } },
            next: { code: 'activate', values: { key: HOSTILE } },
          },
        ],
        backfills: [{ from: '2026-08-01', requestedAt: HOSTILE, completedAt: null, status: HOSTILE }],
      },
      language,
    ),
  'tags-activate': (language) =>
    activationDocument({ activated: [HOSTILE], refused: [{ key: HOSTILE, reason: HOSTILE }] }, language),
  'tags-backfill': (language) =>
    backfillDocument({ from: '2026-08-01', requestedAt: 't', completedAt: null, status: HOSTILE }, language),
  'prices-check': (language) =>
    priceCheckDocument(
      HOSTILE,
      {
        compared: 2,
        agree: 1,
        differing: [
          {
            region: 'us-east-1',
            id: 'a/b',
            per: '1M tokens',
            bookUsd: 1,
            fileUsd: null,
            percent: null,
            source: HOSTILE,
            date: '2026-08-01',
            confidence: 'D',
            key: HOSTILE,
          },
        ],
        onlyInBook: [{ region: 'us-east-1', id: 'c/d' }],
        onlyInFile: [{ region: 'us-east-1', id: 'e/f', key: HOSTILE }],
        notInFormat: 3,
        unread: [{ key: HOSTILE, reason: 'form' }],
        otherFields: [HOSTILE],
      },
      language,
    ),
  'prices-check-account': (language) =>
    accountPricesDocument(
      [
        {
          region: 'us-east-1',
          file: HOSTILE,
          outcome: 'written',
          withoutUsageType: 2,
          refusedAfterDiscounts: HOSTILE,
          prices: [
            {
              id: 'a/b',
              usageType: HOSTILE,
              per: '1M tokens',
              bookUsd: 1,
              beforeUsd: 1,
              afterUsd: 0.9,
              usageUnit: HOSTILE,
              amount: 1000,
              state: 'discounted',
              message: HOSTILE,
            },
            {
              id: 'c/d',
              usageType: 'x',
              per: 'GB',
              bookUsd: 1,
              beforeUsd: null,
              afterUsd: null,
              usageUnit: null,
              amount: null,
              state: 'shared-usage-type',
              message: null,
            },
          ],
        },
      ],
      language,
    ),
  'prices-show': (language) => pricesDocument([{ region: 'us-east-1', price: PRICE, stale: true }], language),
  'prices-diff': (language) => priceDiffDocument({ changes: [CHANGE], confirmed: 1 }, language),
  'prices-refresh': (language) =>
    refreshDocument(
      [
        {
          region: 'us-east-1',
          changes: [CHANGE],
          confirmed: 1,
          kept: [
            { id: 'a/b', kind: 'unclear', reason: HOSTILE },
            { id: 'a/c', kind: 'absent', reason: HOSTILE },
          ],
          refused: [
            REFUSED,
            { ...REFUSED, rule: 'moved', listed: '2026-11-01', flag: '--accept-moves', against: null },
            { ...REFUSED, rule: 'ended', before: null, endOfLife: '2026-01-01', against: null },
          ],
          unlisted: [{ model: 'a', name: HOSTILE, meant: HOSTILE }],
          unknownModels: [{ ...LISTED, priceList: { naming: 'mantle', name: HOSTILE } }],
          unmatched: [
            { ...LISTED, model: HOSTILE, priceList: null },
            { ...LISTED, model: 'a', priceList: { naming: 'usage-type', name: HOSTILE } },
          ],
          byHand: ['c/d'],
          failed: [{ service: 'AWSLambda', reason: HOSTILE }],
          stale: 0,
        },
      ],
      false,
      language,
    ),
};

const WORKLOAD = ['--workload', 'test/golden/workload.json', '--prices', 'test/golden/prices.json'];

/** Schema -> a command line that needs no account. */
const COMMANDS: Partial<Record<SchemaName, readonly string[]>> = {
  estimate: ['estimate', ...WORKLOAD],
  breakeven: ['breakeven', ...WORKLOAD, '--between', 'prompt-only,rag', '--over', 'requestsPerMonth'],
  levers: ['levers', ...WORKLOAD],
  recommend: ['recommend', ...WORKLOAD],
  'dataset-check': [
    ...['dataset', 'check', 'config/datasets/fine-tuning/train.jsonl', '--for', 'fine-tuning'],
    ...['--model', 'amazon.nova-lite-v1:0', '--validation', 'config/datasets/fine-tuning/validation.jsonl'],
  ],
};

/** An estimate of models whose names come from a file of somebody else's. */
function compared(language: Language): Document {
  const models = Object.fromEntries(
    Object.entries(ACME.models).map(([id, entry]) => [id, { ...entry, name: `${entry.name} ${HOSTILE}` }]),
  );
  const comparison = comparisonReport({ ...ASKED, needs: { privateDocuments: true } }, { ...ACME, models }, () => ({
    tokensPerMinute: 50_000,
    from: 'default',
  }));
  const paths = comparison.comparison.rows.flatMap((cell) =>
    cell.priced === undefined
      ? []
      : [
          {
            cell,
            estimate: cell.priced.estimate,
            answering: comparedEstimate('workload', cell.priced.estimate, cell.priced.workload, { models }),
            choice: { region: 'us-east-1' },
            cutAnswer: { answerTokens: 700, maxTokens: 512 },
            workload: cell.priced.workload,
            unknownPrices: [],
          },
        ],
  );
  return estimateDocument(
    { workload: ASKED, region: 'us-east-1', today: '2026-12-01', comparison, paths },
    language,
    true,
  );
}

const EVERY = [...Object.entries(SAMPLES), ['estimate', compared]] as [SchemaName, Sample][];

test('every result that is published is made here', () => {
  expect([...Object.keys(SAMPLES), ...Object.keys(COMMANDS)].sort()).toEqual([...SCHEMA_NAMES].sort());
});

describe.each(EVERY)('%s', (name, sample) => {
  test('is in JSON what its schema says', () => {
    const json: unknown = JSON.parse(rendered(sample('en'), 'json'));
    expect(outputSchema(name).safeParse(json).error?.issues).toBeUndefined();
    expect(Object.entries(json as object)[0]).toEqual(['schema', schemaOf(name)]);
  });

  test('says the same to programs in every language, and the same figures to people', () => {
    for (const language of LANGUAGES) {
      for (const format of ['json', 'csv'] as const) {
        expect(rendered(sample(language), format)).toBe(rendered(sample('en'), format));
      }
      for (const format of ['table', 'markdown'] as const) {
        const text = rendered(sample(language), format);
        // a placeholder that nothing filled
        expect(text).not.toMatch(/\{\w+\}/);
        expect(text.match(/\$[\d,.]+\d/g)).toEqual(rendered(sample('en'), format).match(/\$[\d,.]+\d/g));
      }
    }
  });

  test.each(FORMATS)('lets no character through in %s that a terminal obeys', (format) => {
    for (const language of LANGUAGES) {
      expect(rendered(sample(language), format).replaceAll(/[\n\t]/g, '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    }
  });

  test('has as many values in each line of CSV as names', () => {
    const { csv } = sample('en');
    for (const row of csv.rows) expect(row).toHaveLength(csv.header.length);
  });
});

test.each(Object.entries(COMMANDS))('%s is in JSON what its schema says', async (name, args) => {
  // the helper holds it against the schema
  const { status, stdout } = await runCli([...args, '--format', 'json']);
  expect([status, (JSON.parse(stdout) as { schema: string }).schema]).toEqual([0, schemaOf(name as SchemaName)]);
});

test('CSV does not leave out what could not be looked at or is still there', () => {
  const cleanup = rendered(
    cleanupDocument(
      {
        regions: ['us-east-1', 'us-west-2'],
        resources: [],
        unseen: [{ region: 'us-west-2', what: 'throughput', reason: 'AccessDenied' }],
        unpriced: [],
        removal: [
          { region: 'us-east-1', name: 'deployment a', gone: true },
          { region: 'us-east-1', name: 'throughput b', gone: false },
        ],
      },
      { check: '', remove: '' },
      'en',
    ),
    'csv',
  );
  expect(cleanup.split('\n').slice(1)).toEqual([
    'us-west-2,,throughput,,,not looked at: AccessDenied,,,,,',
    'us-east-1,,removal,deployment a,,removed,,,,,',
    'us-east-1,,removal,throughput b,,still there,,,,,',
    '',
  ]);
  const stillRunning = { run: 'r', reason: 'Throttling', arn: 'arn:execution' };
  const removal = rendered(removalDocument({ path: 'rag', removed: [], left: [], stillRunning }, 'en'), 'csv');
  expect(removal).toBe('path,name,removed\nrag,execution arn:execution,false\n');
});

test('JSON keeps what it escapes', () => {
  const { rows } = JSON.parse(rendered(billDocument(BILL, 'en'), 'json')) as Bill;
  expect(rows[0]?.service).toBe(HOSTILE);
});
