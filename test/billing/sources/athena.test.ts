import { AthenaClient } from '@aws-sdk/client-athena';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAthena, type AthenaRequest } from '../../../lib/billing/sources/athena.ts';
import { readCur } from '../../../lib/billing/sources/cur.ts';
import { withDuckDb, type Duck } from '../../../lib/duckdb.ts';
import { fakeAthena, send, type FakeAthena, type FakeAthenaOptions } from '../../support/fake-athena.ts';
import { withoutBackoff } from '../../support/without-backoff.ts';

withoutBackoff();

const WINDOW = { from: '2026-08-01', until: '2026-08-31' };
const NOW = new Date('2026-09-30T00:00:00Z');
const IN = { workgroup: 'fmpaths-dev-billing', database: 'billing', table: 'cur2' };

const COLUMNS = {
  line_item_usage_start_date: 'timestamp',
  line_item_product_code: 'string',
  line_item_usage_type: 'string',
  line_item_line_item_type: 'string',
  line_item_unblended_cost: 'double',
  line_item_usage_amount: 'double',
  line_item_resource_id: 'string',
  line_item_iam_principal: 'string',
  line_item_currency_code: 'string',
  pricing_unit: 'string',
  resource_tags: 'map<string,string>',
  tags: 'map<string,string>',
};

const map = (entries: Readonly<Record<string, string>>): string =>
  `MAP {${Object.entries(entries)
    .map(([key, value]) => `'${key}': '${value}'`)
    .join(', ')}}::MAP(VARCHAR, VARCHAR)`;
const NORMALISED = map({ user_customization_path: 'rag', user_cost_component: 'inference' });
const NEWER = map({
  'resourceTags/customization-path': 'prompt-only',
  'resourceTags/cost-component': 'inference',
  'iamPrincipal/customization-path': 'prompt-only',
});
const NONE = map({});
const TOKENS = `'USE1-NovaLite-input-tokens'`;

const ROWS = [
  `TIMESTAMP '2026-08-01 05:00:00', 'AmazonBedrock', ${TOKENS}, 'Usage', 0.1, 1, 'arn:p', 'arn:aws:sts::1:assumed-role/Own/session', 'USD', '1K tokens', ${NORMALISED}, ${NONE}`,
  `TIMESTAMP '2026-08-01 06:00:00', 'AmazonBedrock', ${TOKENS}, 'Usage', 0.2, 2, 'arn:p', 'arn:aws:sts::1:assumed-role/Own/other', 'USD', '1K tokens', ${NORMALISED}, ${NONE}`,
  `TIMESTAMP '2026-08-31 23:00:00', 'AmazonBedrock', ${TOKENS}, 'Usage', 0.4, 4, 'arn:q', NULL, 'USD', '1K tokens', ${NONE}, ${NEWER}`,
  `TIMESTAMP '2026-08-02 00:00:00', 'AmazonEC2', 'BoxUsage', 'Usage', 7, 1, 'i-1', NULL, 'USD', 'Hrs', ${NONE}, ${NONE}`,
  `TIMESTAMP '2026-08-02 00:00:00', 'AmazonBedrock', ${TOKENS}, 'Credit', -5, 0, '', NULL, 'USD', NULL, ${NORMALISED}, ${NONE}`,
  `TIMESTAMP '2026-08-02 00:00:00', 'AmazonBedrock', ${TOKENS}, 'Usage', 9, 1, 'arn:p', NULL, 'EUR', '1K tokens', ${NORMALISED}, ${NONE}`,
];

let folder: string;
let duck: Duck;
let release: () => void = () => undefined;
let server: FakeAthena | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fmpaths-athena-'));
  await new Promise<void>((ready) => {
    void withDuckDb(async (open) => {
      duck = open;
      const rows = ROWS.map((row) => `(${row}, '2026-08')`).join(', ');
      const later = `(${(ROWS[0] ?? '').replace('2026-08-01', '2026-09-01')}, '2026-09')`;
      await open.run('CREATE SCHEMA billing');
      await open.run(
        `CREATE TABLE billing.cur2 AS SELECT * FROM (VALUES ${rows}, ${later}) AS t(${Object.keys(COLUMNS).join(', ')}, billing_period)`,
      );
      await open.run(
        `COPY (SELECT * EXCLUDE (billing_period) FROM billing.cur2) TO '${join(folder, 'export.parquet')}' (FORMAT parquet)`,
      );
      await new Promise<void>((done) => {
        release = done;
        ready();
      });
    });
  });
});

afterEach(async () => {
  await server?.close();
  server = undefined;
});

afterAll(() => {
  release();
  rmSync(folder, { recursive: true });
});

async function ask(options: Partial<FakeAthenaOptions> = {}, request: Partial<AthenaRequest> = {}) {
  server = await fakeAthena({ duck, columns: COLUMNS, ...options });
  const client = new AthenaClient({
    region: 'us-east-1',
    endpoint: server.url,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    maxAttempts: 3,
  });
  try {
    return await readAthena({
      client,
      in: IN,
      window: WINDOW,
      deployed: 'tagged',
      now: NOW,
      maxUsd: 0.5,
      reuse: true,
      sleep: () => Promise.resolve(),
      ...request,
    });
  } finally {
    client.destroy();
  }
}

const actions = (): string[] => (server?.requests ?? []).map(({ action }) => action);

test('Athena and a file of the same export give the same bill, seen every way', async () => {
  const second = ['resource', 'principal', 'principal-tag'] as const;
  const fromFile = await readCur({
    path: join(folder, 'export.parquet'),
    window: WINDOW,
    deployed: 'tagged',
    now: NOW,
    second,
  });
  const fromAthena = await ask({ pageSize: 2 }, { second });
  for (const part of ['rows', 'excluded', 'otherCurrencies', 'completeness', 'deployed'] as const) {
    expect(fromAthena[part]).toEqual(fromFile[part]);
  }
  // 0.1 + 0.2 + 0.4 + 7, and a credit of 5; Athena does not say how many files it read
  expect(fromAthena.read).toMatchObject({ files: null, rows: 6, inTableUsd: 7.7, outsideUsd: -5, grossUsd: 2.7 });
  // the file holds 0.1 of September, which is a partition of its own in Athena and is not read
  expect(fromFile.read).toMatchObject({ files: 1, rows: 7, inTableUsd: 7.7, outsideUsd: -4.9, grossUsd: 2.8 });
  const sorted = (bill: typeof fromFile) => bill.secondAttributions.map((each) => JSON.stringify(each)).sort();
  expect(sorted(fromAthena)).toEqual(sorted(fromFile));
  // rag: 0.1 + 0.2 in the normalised spelling; prompt-only: 0.4 in the newer one
  expect(fromAthena.rows.map(({ path, usd }) => [path, usd])).toEqual([
    ['prompt-only', 0.4],
    ['rag', 0.3],
    [null, 7],
  ]);
});

test('what Athena read is paid for: 10 MB a query at the least, $5 a TB', async () => {
  // two queries, keys and sums: 2 x 10 MB of 1,048,576 MB at $5
  expect((await ask({ scannedBytes: 5_000 })).queryUsd).toBeCloseTo((2 * 10 * 5) / 1_048_576, 12);
  await server?.close();
  // 2 x 2 GB = 4 GB of 1,024 GB at $5
  expect((await ask({ scannedBytes: 2 * 2 ** 30 })).queryUsd).toBeCloseTo((4 * 5) / 1024, 12);
});

test('an answer that Athena has still is taken at no cost, and --refresh takes none', async () => {
  const bill = await ask({ reused: true });
  expect(bill.queryUsd).toBe(0);
  expect(bill.notes).toContainEqual({ code: 'athena-scanned', values: { megabytes: 0, reused: 2 } });
  await server?.close();
  await ask({}, { reuse: false });
  expect(server?.requests.find(({ action }) => action === 'StartQueryExecution')?.body).toMatchObject({
    ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: false } },
  });
});

test('every query names its months, and only those are read', async () => {
  await ask();
  const asked = (server?.requests ?? []).flatMap(({ body }) =>
    typeof body['QueryString'] === 'string' ? [body['QueryString']] : [],
  );
  expect(asked).toHaveLength(2);
  for (const sql of asked) expect(sql).toContain(`billing_period BETWEEN '2026-08' AND '2026-08'`);
});

test('no query is begun that could cost more than --max-usd', async () => {
  await expect(ask({ limitBytes: 1_000 * 2 ** 30 })).rejects.toThrow(
    "stopped before paying more than $0.50: one more query may read 1000 GB, in all up to $4.88. Raise '--max-usd', or lower comparison.scanLimitGb",
  );
  expect(actions()).not.toContain('StartQueryExecution');
  await server?.close();
  await expect(ask({ limitBytes: null })).rejects.toThrow("has no limit of what a query may read, so '--max-usd'");
});

test('a query that reads more than the workgroup allows says what to do', async () => {
  await expect(ask({ failure: 'Bytes scanned limit was exceeded' })).rejects.toThrow(
    'Athena failed query query-1: Bytes scanned limit was exceeded. Shorten the window, or raise comparison.scanLimitGb and deploy the stack again',
  );
});

test('a table that is not there says which stack makes it', async () => {
  await expect(ask({ columns: undefined })).rejects.toThrow(
    "there is no table billing.cur2 for the workgroup fmpaths-dev-billing: Table cur2 not found. Deploy it with 'npx cdk deploy comparison'",
  );
});

test('no permission names the action and the policy', async () => {
  await expect(
    ask({
      disturb: (action, response) => {
        if (action !== 'StartQueryExecution') return false;
        send(response, 400, { __type: 'AccessDeniedException', Message: 'not authorized.' });
        return true;
      },
    }),
  ).rejects.toThrow(
    "not allowed to call athena:StartQueryExecution: not authorized. Allow it with 'aws iam attach-role-policy --role-name YOUR_ROLE --policy-arn arn:aws:iam::aws:policy/AmazonAthenaFullAccess'",
  );
});

test('throttling is tried again, and what passes then is whole', async () => {
  let refused = 0;
  const bill = await ask({
    disturb: (action, response) => {
      if (action !== 'GetQueryResults' || refused >= 2) return false;
      refused += 1;
      send(response, 400, { __type: 'TooManyRequestsException', Message: 'Rate exceeded' });
      return true;
    },
  });
  expect(refused).toBe(2);
  expect(bill.rows).toHaveLength(3);
});

test('a query that never ends is left with its id, not waited for without end', async () => {
  await expect(ask({ polls: 10_000 })).rejects.toThrow('Athena has not answered query query-1 for 15 minutes');
});
