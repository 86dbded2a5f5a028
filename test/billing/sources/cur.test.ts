import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { billCells } from '../../../lib/billing/bill.ts';
import { readCur } from '../../../lib/billing/sources/cur.ts';
import { withDuckDb } from '../../../lib/duckdb.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fmpaths-cur-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const WINDOW = { from: '2026-08-01', until: '2026-08-31' };
const NOW = new Date('2026-09-02T00:00:00Z');

async function parquet(name: string, rows: readonly string[]): Promise<string> {
  const path = join(folder, name);
  await withDuckDb(async (duck) => {
    await duck.run(
      `COPY (SELECT * FROM (VALUES ${rows.join(', ')}) AS t(line_item_usage_start_date, line_item_product_code, line_item_usage_type, line_item_line_item_type, line_item_unblended_cost, line_item_usage_amount, line_item_resource_id, line_item_currency_code, resource_tags)) TO '${path}' (FORMAT parquet)`,
    );
  });
  return path;
}

test('a Parquet export is read by path, component and day, the untagged apart', async () => {
  const tags = (path: string, component: string) =>
    `MAP {'user_customization_path': '${path}', 'user_cost_component': '${component}'}`;
  const none = `MAP {}::MAP(VARCHAR, VARCHAR)`;
  const path = await parquet('month.parquet', [
    `(TIMESTAMP '2026-08-01 00:00:00', 'AmazonBedrock', 'USE1-NovaLite-input-tokens', 'Usage', 0.1::DOUBLE, 1::DOUBLE, 'arn:1', 'USD', ${tags('rag', 'inference')})`,
    `(TIMESTAMP '2026-08-01 23:00:00', 'AmazonBedrock', 'USE1-NovaLite-input-tokens', 'Usage', 0.2, 1, 'arn:1', 'USD', ${tags('rag', 'inference')})`,
    `(TIMESTAMP '2026-08-02 00:00:00', 'AmazonES', 'USE1-SearchOCU', 'Usage', 2.88, 12, 'arn:2', 'USD', ${none})`,
    `(TIMESTAMP '2026-08-02 00:00:00', 'AmazonEC2', 'BoxUsage:t3.micro', 'Usage', 7, 12, 'i-1', 'USD', ${none})`,
    `(TIMESTAMP '2026-08-02 00:00:00', 'AmazonBedrock', 'x', 'Credit', -5, 0, '', 'USD', ${none})`,
    `(TIMESTAMP '2026-09-01 00:00:00', 'AmazonEC2', 'BoxUsage:t3.micro', 'Usage', 100, 12, 'i-1', 'USD', ${none})`,
  ]);
  const deployed = [{ path: 'rag', resourceIds: [] }] as const;
  const bill = await readCur({ path, window: WINDOW, deployed, now: NOW });
  expect(billCells(bill.rows)).toEqual([
    { path: 'rag', component: 'inference', taggedUsd: 0.3, inferredUsd: 0, remainderUsd: 0 },
    { path: 'rag', component: 'data', taggedUsd: 0, inferredUsd: 2.88, remainderUsd: 0 },
    { path: null, component: null, taggedUsd: 0, inferredUsd: 0, remainderUsd: 7 },
  ]);
  expect(bill.excluded.find(({ kind }) => kind === 'credit')?.usd).toBe(-5);
  expect(bill.tagSpellings).toContainEqual({ role: 'path', column: 'resource_tags', key: 'user_customization_path' });
  expect(bill.completeness.completeUntil).toBe('2026-08-29');
  expect(bill.completeness.settlingDays).toEqual(['2026-08-30', '2026-08-31']);
});

test('a CSV with the tags as JSON text and without dates is read, and says what it lacks', async () => {
  const path = join(folder, 'rows.csv');
  writeFileSync(
    path,
    `line_item_usage_type,line_item_unblended_cost,tags
USE1-NovaLite-input-tokens,0.0810,"{""resourceTags/customization-path"":""prompt-only""}"
USE1-NovaLite-output-tokens,0.0500,"{""iamPrincipal/customization-path"":""prompt-only""}"
`,
  );
  const bill = await readCur({ path, window: WINDOW, deployed: [], now: NOW });
  expect(bill.rows.map(({ path: of, usd, day, component }) => [of, usd, day, component])).toEqual(
    expect.arrayContaining([
      ['prompt-only', 0.081, null, 'inference'],
      [null, 0.05, null, 'inference'],
    ]),
  );
  expect(bill.notes).toContainEqual({ code: 'undated-export', values: {} });
});

test('an imported model is tagged with what it answers: what it is stored for counts as training all the same', async () => {
  const tags = `MAP {'user_customization_path': 'continued-pretraining', 'user_cost_component': 'inference'}`;
  const line = (usageType: string, usd: number) =>
    `(TIMESTAMP '2026-08-01 00:00:00', 'AmazonBedrock', '${usageType}', 'Usage', ${usd}::DOUBLE, 1::DOUBLE, 'arn:m', 'USD', ${tags})`;
  const path = await parquet('imported.parquet', [
    line('USE1-OSS-CustomModelImport-Inference-v1:0', 3),
    line('USE1-OSS-CustomModelImport-Storage-v1:0', 2),
  ]);
  const bill = await readCur({ path, window: WINDOW, deployed: [], now: NOW });
  expect(billCells(bill.rows).map(({ component, taggedUsd }) => [component, taggedUsd])).toEqual([
    ['inference', 3],
    ['training', 2],
  ]);
});

test.each([
  ['map', `MAP {'product_name': name}`],
  ['struct', `{'product_name': name}`],
  ['text', `'{"product_name": "' || name || '"}'`],
])('third-party models are named by their product, not by its code, with product as %s', async (type, product) => {
  const path = join(folder, `marketplace-${type}.parquet`);
  await withDuckDb((duck) =>
    duck.run(`COPY (
      SELECT TIMESTAMP '2026-08-01 00:00:00' AS line_item_usage_start_date, entity AS bill_billing_entity, code AS line_item_product_code,
        'USE1-MP:USE1_InputTokenCount-Units' AS line_item_usage_type, usd AS line_item_unblended_cost, ${product} AS product
      FROM (VALUES ('AWS Marketplace', 'many4lines', 'Claude (Amazon Bedrock Edition)', 0.001, 2000),
        ('AWS Marketplace', 'few5lines', 'Mistral (Amazon Bedrock Edition)', 3, 1), ('AWS Marketplace', 'noname', '', 5, 1),
        ('AWS', 'AmazonBedrock', 'Amazon Bedrock', 7, 1)) AS lines(entity, code, name, usd, repeats), range(repeats)
    ) TO '${path}' (FORMAT parquet)`),
  );
  const bill = await readCur({ path, window: WINDOW, deployed: [], now: NOW });
  // 2,000 x 0.001 = 2
  expect(Object.fromEntries(bill.rows.map(({ service, usd }) => [service, usd]))).toEqual({
    'Claude (Amazon Bedrock Edition)': 2,
    'Mistral (Amazon Bedrock Edition)': 3,
    noname: 5,
    AmazonBedrock: 7,
  });
});

test('quantities of different units are not added up', async () => {
  const path = join(folder, 'units.csv');
  writeFileSync(
    path,
    `line_item_usage_start_date,line_item_usage_type,line_item_unblended_cost,line_item_usage_amount,pricing_unit
2026-08-01T00:00:00Z,USE1-NovaLite-input-tokens,1,2,1K tokens
2026-08-01T00:00:00Z,USE1-NovaLite-input-tokens,1,3,1M tokens
`,
  );
  const bill = await readCur({ path, window: WINDOW, deployed: [], now: NOW });
  expect(bill.rows.map(({ quantity, unit }) => `${quantity} ${unit}`).sort()).toEqual(['2 1K tokens', '3 1M tokens']);
});

test('a row without a cost is no row that cost nothing: it is counted and said', async () => {
  const path = join(folder, 'no-cost.csv');
  writeFileSync(
    path,
    `line_item_usage_start_date,line_item_usage_type,line_item_unblended_cost
2026-08-01T00:00:00Z,USE1-NovaLite-input-tokens,1
2026-08-01T00:00:00Z,USE1-NovaLite-input-tokens,
`,
  );
  const bill = await readCur({ path, window: WINDOW, deployed: [], now: NOW });
  expect(bill.rows.map(({ usd }) => usd)).toEqual([1]);
  expect(bill.notes).toContainEqual({ code: 'no-cost', values: { count: 1 } });
});

test('columns are found in any case, and a time with an offset counts on its day in UTC', async () => {
  const path = join(folder, 'upper.csv');
  writeFileSync(
    path,
    `LINE_ITEM_USAGE_START_DATE,LINE_ITEM_USAGE_TYPE,LINE_ITEM_UNBLENDED_COST,RESOURCE_TAGS
2026-08-01T23:30:00-05:00,USE1-NovaLite-input-tokens,1,"{""user_customization_path"":""rag""}"
`,
  );
  const bill = await readCur({ path, window: WINDOW, deployed: [], now: NOW });
  expect(bill.rows.map(({ path: of, day, usd }) => [of, day, usd])).toEqual([['rag', '2026-08-02', 1]]);
});

test('a bill in another currency is tagged all the same', async () => {
  const tags = `MAP {'user_customization_path': 'rag', 'user_cost_component': 'inference'}`;
  const path = await parquet('euro.parquet', [
    `(TIMESTAMP '2026-08-01 00:00:00', 'AmazonBedrock', 'x', 'Usage', 2::DOUBLE, 1::DOUBLE, 'arn:m', 'EUR', ${tags})`,
  ]);
  const bill = await readCur({ path, window: WINDOW, deployed: [], now: NOW });
  expect(bill.otherCurrencies).toEqual([{ currency: 'EUR', amount: 2 }]);
  expect(bill.notes).toEqual([]);
});

test('a value that is no amount is shown with its column', async () => {
  const path = join(folder, 'words.csv');
  writeFileSync(path, 'line_item_usage_type,line_item_unblended_cost\nx,1\nx,n/a\n');
  await expect(readCur({ path, window: WINDOW, deployed: [], now: NOW })).rejects.toThrow(
    /^cannot read a value of the export, so no total would be whole\. .*"n\/a".*line_item_unblended_cost$/,
  );
});

test('a legacy CUR is not taken for FOCUS', async () => {
  const path = join(folder, 'legacy.csv');
  writeFileSync(path, 'lineItem/UsageStartDate,lineItem/UsageType,lineItem/UnblendedCost\n2026-08-01T00:00:00Z,x,1\n');
  await expect(readCur({ path, window: WINDOW, deployed: [], now: NOW })).rejects.toThrow(
    "It is a legacy CUR: 'npx cdk deploy comparison' creates an export of CUR 2.0",
  );
});
