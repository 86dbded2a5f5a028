import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bill } from '../../lib/billing/bill.ts';
import { readCur } from '../../lib/billing/sources/cur.ts';
import { CUR_COLUMNS } from '../../lib/constructs/cur-columns.ts';
import { savedQueries } from '../../lib/constructs/saved-queries.ts';
import { queryRows, withDuckDb, type Duck } from '../../lib/duckdb.ts';
import { sumUsd } from '../../lib/sums.ts';

const DUCKDB_TYPES = {
  string: 'VARCHAR',
  timestamp: 'TIMESTAMP',
  double: 'DOUBLE',
  'map<string,string>': 'MAP(VARCHAR, VARCHAR)',
} as const;

interface Line {
  readonly day?: string;
  readonly product: string;
  readonly usageType: string;
  readonly kind?: 'Usage' | 'Credit' | 'Tax';
  readonly usd: number;
  readonly resource?: string;
  readonly principal?: string;
  readonly marketplaceName?: string;
  readonly resourceTags?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
}

const RAG = { user_customization_path: 'rag', user_cost_component: 'inference' };
const TOKENS = 'USE1-NovaLite-input-tokens';

const LINES: readonly Line[] = [
  {
    product: 'AmazonBedrock',
    usageType: TOKENS,
    usd: 0.1,
    resource: 'arn:profile',
    principal: 'arn:role',
    resourceTags: RAG,
  },
  { product: 'AmazonBedrock', usageType: TOKENS, usd: 0.2, resource: 'arn:profile', resourceTags: RAG },
  { day: '2026-08-02', product: 'AmazonBedrock', usageType: TOKENS, usd: 0.4, resourceTags: RAG },
  {
    product: '7zgyu5r4',
    marketplaceName: 'Claude Sonnet 4.6 (Amazon Bedrock Edition)',
    usageType: 'USE1-MP:USE1_InputTokenCount-Units',
    usd: 3,
    principal: 'arn:role',
    tags: {
      'resourceTags/customization-path': 'prompt-only',
      'resourceTags/cost-component': 'inference',
      'iamPrincipal/customization-path': 'prompt-only',
    },
  },
  { product: 'AmazonES', usageType: 'USE1-SearchOCU', usd: 2.88, resource: 'arn:collection' },
  { product: 'AmazonS3', usageType: 'TimedStorage-ByteHrs', usd: 0.01, resourceTags: { user_customization_path: '' } },
  { product: 'AmazonBedrock', usageType: TOKENS, kind: 'Credit', usd: -5, resourceTags: RAG },
  { product: 'AmazonEC2', usageType: 'BoxUsage', kind: 'Tax', usd: 1 },
];

const text = (value: string | undefined): string => (value === undefined ? 'NULL' : `'${value}'`);
const map = (values: Readonly<Record<string, string>>): string =>
  `MAP {${Object.entries(values)
    .map(([key, value]) => `${text(key)}: ${text(value)}`)
    .join(', ')}}::MAP(VARCHAR, VARCHAR)`;

const row = ({ day = '2026-08-01', kind = 'Usage', ...line }: Line): Record<string, string> => ({
  line_item_usage_start_date: `TIMESTAMP '${day} 00:00:00'`,
  line_item_product_code: text(line.product),
  line_item_usage_type: text(line.usageType),
  line_item_line_item_type: text(kind),
  line_item_currency_code: text('USD'),
  line_item_unblended_cost: String(line.usd),
  line_item_resource_id: text(line.resource ?? ''),
  line_item_iam_principal: text(line.principal),
  bill_billing_entity: text(line.marketplaceName === undefined ? 'AWS' : 'AWS Marketplace'),
  product: map(line.marketplaceName === undefined ? {} : { product_name: line.marketplaceName }),
  resource_tags: map(line.resourceTags ?? {}),
  tags: map(line.tags ?? {}),
});

/** A table with every column of the export, as Athena sees it. */
async function createTable(duck: Duck): Promise<void> {
  const columns = CUR_COLUMNS.map(({ name, type }) => `${name} ${DUCKDB_TYPES[type]}`);
  await duck.run(`CREATE TABLE cur2 (${columns.join(', ')}, billing_period VARCHAR)`);
  for (const values of LINES.map(row)) {
    await duck.run(
      `INSERT INTO cur2 (${Object.keys(values).join(', ')}, billing_period) VALUES (${Object.values(values).join(', ')}, '2026-08')`,
    );
  }
  await duck.run(`INSERT INTO cur2 (line_item_line_item_type, line_item_unblended_cost, billing_period)
    VALUES ('Usage', 1000, '2026-07')`);
}

let folder: string;
let bill: Bill;
const results: Record<string, Record<string, unknown>[]> = {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fmpaths-saved-queries-'));
  const path = join(folder, 'month.parquet');
  await withDuckDb(async (duck) => {
    await createTable(duck);
    // Athena's gives the value, DuckDB's a list of it
    await duck.run(
      `COPY (SELECT * EXCLUDE (billing_period) FROM cur2 WHERE billing_period = '2026-08') TO '${path}' (FORMAT parquet)`,
    );
    for (const { name, sql } of savedQueries('"cur2"')) {
      results[name] = await queryRows(duck, sql.replace('current_date', `DATE '2026-08-31'`));
    }
  });
  bill = await readCur({
    path,
    window: { from: '2026-08-01', until: '2026-08-31' },
    deployed: [],
    now: new Date('2026-09-30T00:00:00Z'),
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

test('spend by path is what fmpaths bill makes of the same lines, to the last decimal', () => {
  const saved = (results['Spend by path'] ?? []).map(({ day, path, service, usd }) =>
    [day, path, service, usd].join('|'),
  );
  const keys = [...new Set(bill.rows.map((each) => [each.day, each.path ?? 'no path', each.service].join('|')))];
  const billed = keys.map((key) =>
    [
      key,
      sumUsd(
        bill.rows
          .filter((each) => [each.day, each.path ?? 'no path', each.service].join('|') === key)
          .map(({ usd }) => usd),
      ),
    ].join('|'),
  );
  expect(saved).toEqual(billed.sort());
  // 0.1 + 0.2 on the first day, 0.4 on the second, Claude under its own name, and neither credit nor tax nor July
  expect(saved).toEqual([
    '2026-08-01|no path|AmazonES|2.88',
    '2026-08-01|no path|AmazonS3|0.01',
    '2026-08-01|prompt-only|Claude Sonnet 4.6 (Amazon Bedrock Edition)|3',
    '2026-08-01|rag|AmazonBedrock|0.3',
    '2026-08-02|rag|AmazonBedrock|0.4',
  ]);
});

test('the remainder without a path is listed by usage type, the largest first', () => {
  expect(results['Charges without a path']).toEqual([
    { service: 'AmazonES', usage_type: 'USE1-SearchOCU', usd: 2.88 },
    { service: 'AmazonS3', usage_type: 'TimedStorage-ByteHrs', usd: 0.01 },
  ]);
});

test('spend by resource needs no tag', () => {
  expect(results['Spend by resource']).toEqual([
    { resource: 'arn:collection', path: null, usage_type: 'USE1-SearchOCU', usd: 2.88 },
    { resource: 'arn:profile', path: 'rag', usage_type: TOKENS, usd: 0.3 },
  ]);
});

test('Bedrock spend by caller shows the tag of the role beside that of the resource', () => {
  expect(results['Bedrock spend by caller']).toEqual([
    { principal: 'arn:role', path_of_principal: 'prompt-only', path: 'prompt-only', usd: 3 },
    { principal: 'arn:role', path_of_principal: null, path: 'rag', usd: 0.1 },
  ]);
});
