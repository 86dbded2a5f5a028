import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runCli } from '../../support/run-cli.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fmpaths-compare-cli-'));
  const price = { source: 'a price of a test', date: '2026-08-01', confidence: 'A', service: 'AmazonBedrock' };
  const files = {
    'workload.json': {
      name: 'tiny',
      requestsPerMonth: 1_000,
      hoursPerMonth: 720,
      paths: ['prompt-only'],
      inference: { modelId: 'm.test-v1:0', inputTokensPerRequest: 1_000, outputTokensPerRequest: 100 },
      operations: {},
    },
    'short-prefix.json': {
      name: 'short prefix',
      requestsPerMonth: 1_000,
      hoursPerMonth: 720,
      paths: ['prompt-only'],
      inference: {
        modelId: 'anthropic.claude-haiku-4-5-20251001-v1:0',
        inputTokensPerRequest: 3_000,
        outputTokensPerRequest: 100,
        cachedPrefixTokensPerRequest: 2_500,
        cacheHitShare: 0.95,
      },
      operations: {},
    },
    'prices.json': {
      region: 'us-east-1',
      prices: {
        'm.test-v1:0/input': { ...price, usd: 1, per: '1M tokens' },
        'm.test-v1:0/output': { ...price, usd: 10, per: '1M tokens' },
        'anthropic.claude-haiku-4-5-20251001-v1:0/input': { ...price, usd: 1, per: '1M tokens' },
        'anthropic.claude-haiku-4-5-20251001-v1:0/output': { ...price, usd: 5, per: '1M tokens' },
        'anthropic.claude-haiku-4-5-20251001-v1:0/cache-read': { ...price, usd: 0.1, per: '1M tokens' },
        'anthropic.claude-haiku-4-5-20251001-v1:0/cache-write': { ...price, usd: 1.25, per: '1M tokens' },
      },
    },
    'metered.json': {
      source: 'cloudwatch',
      from: '2026-09-01',
      until: '2026-09-30',
      rows: [
        {
          path: 'prompt-only',
          component: 'inference',
          day: '2026-09-01',
          requests: 2_000,
          inputTokens: 2e6,
          outputTokens: 2e5,
          cacheReadInputTokens: 0,
          cacheWriteInputTokens: 0,
          usd: 4,
        },
      ],
    },
  };
  for (const [name, json] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(json));
  const tags = '"{""user_customization_path"":""prompt-only"",""user_cost_component"":""inference""}"';
  writeFileSync(
    join(folder, 'september.csv'),
    `line_item_usage_start_date,line_item_product_code,line_item_usage_type,line_item_unblended_cost,line_item_usage_amount,pricing_unit,resource_tags
2026-09-01T00:00:00Z,AmazonBedrock,USE1-Test-input-tokens,2,2000,1K tokens,${tags}
2026-09-01T00:00:00Z,AmazonBedrock,USE1-Test-output-tokens,2.4,200,1K tokens,${tags}
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string) => join(folder, name);

const COMPARE = (...more: string[]) => [
  'compare',
  '--from',
  '2026-09-01',
  '--until',
  '2026-09-30',
  '--workload',
  file('workload.json'),
  '--prices',
  file('prices.json'),
  '--metered',
  file('metered.json'),
  ...more,
];

const WITH_BILL = () => ['--source', 'cur', '--file', file('september.csv')];

test('estimated, metered and billed stand side by side with what explains the difference', async () => {
  const { stdout, status } = await runCli(COMPARE(...WITH_BILL(), '--format', 'json'), { now: '2026-10-20T00:00:00Z' });
  expect(status).toBe(0);
  const { cells, window } = JSON.parse(stdout) as { cells: Record<string, unknown>[]; window: unknown };
  expect(window).toEqual({ from: '2026-09-01', until: '2026-09-30' });
  // 30 days are the whole month of 720 h. Estimated 1M x $1 + 0.1M x $10 = $2; billed 2M for $2 and 0.2M for $2.40
  // volume: 1M x $1 + 0.1M x $10 = $2; price: 2.40 - 0.2M x $10 = $0.40
  expect(cells.find(({ component }) => component === 'inference')).toMatchObject({
    path: 'prompt-only',
    estimatedUsd: 2,
    meteredUsd: 4,
    taggedUsd: 4.4,
    inferredUsd: 0,
    usdPer1kRequests: { estimated: 2, metered: 2, tagged: 2.2, inferred: 0 },
    variance: {
      against: 'billed',
      usd: expect.closeTo(2.4, 9),
      volumeUsd: 2,
      priceUsd: expect.closeTo(0.4, 9),
      unexplainedUsd: 0,
    },
  });
});

test('the table says which days are compared and how to read the difference', async () => {
  const { stdout } = await runCli(COMPARE(...WITH_BILL(), '--lang', 'zh'), { now: '2026-10-20T00:00:00Z' });
  expect(stdout).toMatchInlineSnapshot(`
    "估算、计量与账单对比（美元）

    手法         成本分类   估算   计量  账单（按标签）  账单（推断）
    -----------  --------  -----  -----  --------------  ------------
    prompt-only  推理      $2.00  $4.00           $4.40         $0.00
    prompt-only  合计      $2.00  $4.00           $4.40         $0.00

    与估算的差额及其来源（美元）

    手法         成本分类  实际 - 估算  数量差  单价差  无法解释
    -----------  --------  -----------  ------  ------  --------
    prompt-only  推理            $2.40   $2.00   $0.40     $0.00
    prompt-only  合计            $2.40   $2.00   $0.40     $0.00

    每 1,000 次请求的美元

    手法         成本分类   估算   计量  账单（按标签）  账单（推断）
    -----------  --------  -----  -----  --------------  ------------
    prompt-only  推理      $2.00  $2.00           $2.20         $0.00
    prompt-only  合计      $2.00  $2.00           $2.20         $0.00

    prompt-only：估算对象为 m.test-v1:0, 未知，us-east-1，每月 720 小时。
    账单读取：1 个文件，2 行，总额 $4.40：计入账单 $4.40，其外 $0.00。
    对比期间：2026-09-01 至 2026-09-30（首尾两日均计入，UTC）。
    prompt-only：估算 1,000 次请求，计量 2,000 次。
    实际 - 估算 = 数量差（按估算单价的数量差异）+ 单价差（按实际数量的单价差异）+ 无法解释。实际指账单（标签与推断之和），没有账单时指计量。
    计量：回答的 token 数 × 价格表。只计量推理。
    "
  `);
});

test('--no-bill compares what was metered', async () => {
  const { stdout } = await runCli(COMPARE('--no-bill', '--format', 'csv'));
  expect(stdout.split('\n')[1]).toBe(
    'prompt-only,inference,2,4,,,metered,2,2,0,0,2,2,,,2026-09-01,2026-09-30,false,cell,,,,,,,,,,,m.test-v1:0,,us-east-1,,,,,,',
  );
});

test('a prefix shorter than the model caches is estimated as plain input, as estimate does', async () => {
  const workload = ['--workload', file('short-prefix.json')];
  const { stdout } = await runCli([...COMPARE('--no-bill', '--format', 'json'), ...workload]);
  const { cells } = JSON.parse(stdout) as { cells: Record<string, unknown>[] };
  // Haiku 4.5 caches from 4,096 tokens on: 1,000 x 3,000 = 3M x $1 + 1,000 x 100 = 0.1M x $5 = $3.50
  expect(cells.find(({ component }) => component === 'inference')).toMatchObject({
    estimatedUsd: expect.closeTo(3.5, 9),
  });
});

test('on the first of a month no day of it is over: CloudWatch is not asked, and no day is compared', async () => {
  const cloudWatch = mockClient(CloudWatchClient);
  const options = ['--workload', file('workload.json'), '--prices', file('prices.json'), '--format', 'json'];
  const { stdout, stderr, status } = await runCli(['compare', '--no-bill', ...options], {
    now: '2026-10-01T08:00:00Z',
  });
  expect([status, stderr, cloudWatch.calls()]).toEqual([0, '', []]);
  expect(JSON.parse(stdout)).toMatchObject({
    window: null,
    windowReasons: [{ code: 'no-common-day' }],
    sources: { metered: 'cloudwatch' },
  });
});

test('a file that holds no metered rows is refused', async () => {
  const { stderr, status } = await runCli([...COMPARE('--no-bill'), '--metered', file('workload.json')]);
  expect(status).toBe(2);
  expect(stderr).toContain('is not a file of metered rows');
});

test('an estimate with nothing beside it is refused, and nothing is asked', async () => {
  const { status, stdout, stderr } = await runCli(['compare', '--no-bill', '--metered', 'none']);
  expect([status, stdout, stderr]).toEqual([
    2,
    '',
    "fmpaths: '--no-bill' and '--metered none' leave nothing to compare the estimate with: leave one of them out. The estimate alone: npx fmpaths estimate\n",
  ]);
});

test('an estimate that rests on operations which nobody describes says so', async () => {
  const file = join(folder, 'silent.json');
  writeFileSync(file, JSON.stringify({ requestsPerMonth: 1_000, paths: ['prompt-only'], parts: ['operations'] }));
  const { stderr } = await runCli([
    'compare',
    '--workload',
    file,
    '--no-bill',
    '--metered',
    join(folder, 'metered.json'),
  ]);
  expect(stderr).toContain('warning: the workload does not say operations.customMetrics: 7 is taken\n');
});

test('JSON and CSV say which model an estimate is for and what it assumes', async () => {
  const file = join(folder, 'assuming.json');
  const { operations, ...silent } = JSON.parse(readFileSync(join(folder, 'workload.json'), 'utf8')) as {
    operations: unknown;
  };
  expect(operations).toEqual({});
  writeFileSync(file, JSON.stringify(silent));
  const asking = (format: string) =>
    runCli(COMPARE(...WITH_BILL(), '--workload', file, '--format', format), { now: '2026-10-20T00:00:00Z' });
  const json = JSON.parse((await asking('json')).stdout) as Record<string, unknown>;
  expect(json['assumed']).toContainEqual({ field: 'operations.customMetrics', value: 7, paths: ['prompt-only'] });
  expect(json['estimates']).toMatchObject([
    {
      path: 'prompt-only',
      from: 'workload',
      modelId: 'm.test-v1:0',
      region: 'us-east-1',
      hoursPerMonth: 720,
      inputTokensPerRequest: 1_000,
      outputTokensPerRequest: 100,
    },
  ]);
  expect(json).not.toHaveProperty('differences');
  expect((await asking('csv')).stdout).toMatch(/^prompt-only,,.*,assumed,.*,operations\.customMetrics,7$/m);
});
