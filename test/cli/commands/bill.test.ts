import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { fakeCostExplorer } from '../../support/fake-cost-explorer.ts';
import { runCli } from '../../support/run-cli.ts';

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fmpaths-bill-cli-'));
  file = join(folder, 'august.csv');
  writeFileSync(file, AUGUST);
});
afterAll(() => rmSync(folder, { recursive: true }));

const tags = (path: string, component: string) =>
  `"{""user_customization_path"":""${path}"",""user_cost_component"":""${component}""}"`;

const AUGUST = `line_item_usage_start_date,line_item_product_code,line_item_usage_type,line_item_line_item_type,line_item_unblended_cost,line_item_usage_amount,pricing_unit,line_item_iam_principal,resource_tags
2026-08-01T00:00:00.000Z,AmazonBedrock,USE1-NovaLite-input-tokens,Usage,0.12,2000,1K tokens,arn:aws:sts::1:assumed-role/Answer/s1,${tags('prompt-only', 'inference')}
2026-08-01T01:00:00.000Z,AmazonBedrock,USE1-NovaLite-input-tokens,Usage,0.12,2000,1K tokens,arn:aws:sts::1:assumed-role/Answer/s2,${tags('prompt-only', 'inference')}
2026-08-02T00:00:00.000Z,AmazonES,USE1-SearchOCU,Usage,5.76,24,OCU-hours,,
2026-08-02T00:00:00.000Z,AmazonS3,TimedStorage-ByteHrs,Usage,0.01,1,GB-Mo,,${tags('rag', 'data')}
2026-08-02T00:00:00.000Z,AmazonEC2,BoxUsage,Usage,7,1,Hrs,,${tags('=evil\\u001b[31m', 'x')}
2026-08-02T00:00:00.000Z,AmazonEC2,BoxUsage,Credit,-7,1,Hrs,,
`;

const LOCAL = () => ['bill', '--source', 'cur', '--file', file, '--from', '2026-08-01', '--until', '2026-08-02'];

test('the table shows what was billed by tag, what was inferred, and the rest', async () => {
  const { status, stdout } = await runCli(LOCAL());
  expect(status).toBe(0);
  expect(stdout).toMatchInlineSnapshot(`
   "Billed by AWS, US dollars

   path                                          component  billed by tag  billed, inferred  untagged and shared
   --------------------------------------------  ---------  -------------  ----------------  -------------------
   prompt-only                                   inference          $0.24             $0.00
   prompt-only                                   total              $0.24             $0.00
   rag                                           data               $0.01             $5.76
   rag                                           total              $0.01             $5.76
   tagged '=evil [31m', no path of this project  unmapped                                                  $7.00

   Read: 1 file(s), 6 row(s), $6.01 in all: $13.01 in the table, -$7.00 outside it.
   Outside: credits: 1 row(s), -$7.00.
   Source: cur, UnblendedCost.
   Window: 2026-08-01 to 2026-08-02, both days counted in, UTC.
   Left out of every amount: credits -$7.00, refunds $0.00, tax $0.00.
   Inferred: untagged charges of a known resource, or of a usage type that only this path could cause. Wrong where something else in the account causes them.
   Paths taken as deployed, because they have tagged charges: prompt-only, rag.
   Tag found as resource_tags['user_customization_path'].
   Tag found as resource_tags['user_cost_component'].
   "
  `);
});

test('a table by service, in Japanese, as Markdown', async () => {
  const { stdout } = await runCli([
    ...LOCAL(),
    '--by',
    'service',
    '--lang',
    'ja',
    '--format',
    'markdown',
    '--deployed',
    'rag',
  ]);
  expect(stdout).toMatchInlineSnapshot(`
   "### AWS の請求額（米ドル）

   | 手法 | コスト分類 | サービス | 請求（タグ） | 請求（推定） | タグなし・共有 |
   | --- | --- | --- | ---: | ---: | ---: |
   | prompt-only | 推論 | AmazonBedrock | $0.24 | $0.00 |  |
   | prompt-only | 合計 |  | $0.24 | $0.00 |  |
   | rag | データ取り込み | AmazonES | $0.00 | $5.76 |  |
   | rag | データ取り込み | AmazonS3 | $0.01 | $0.00 |  |
   | rag | 合計 |  | $0.01 | $5.76 |  |
   | タグ値 '=evil [31m' は本プロジェクトの手法ではありません | 未分類 | AmazonEC2 |  |  | $7.00 |

   - 読み取り：ファイル 1 個、6 行、総額 $6.01（表に $13.01、表の外に -$7.00）。
   - 表の外：クレジット：1 行、-$7.00。
   - ソース：cur、UnblendedCost。
   - 期間：2026-08-01 から 2026-08-02 まで（両端の日を含む、UTC）。
   - すべての金額から除外：クレジット -$7.00、返金 $0.00、税 $0.00。
   - 推定：タグはないが、既知のリソースの料金、またはこの手法だけが発生させうる使用タイプの料金。アカウント内の別のものが原因の場合は誤りになります。
   - タグの表記：resource_tags['user_customization_path']。
   - タグの表記：resource_tags['user_cost_component']。
   "
  `);
});

test('CSV and JSON hold every row unrounded; a formula in a tag is text', async () => {
  const csv = await runCli([...LOCAL(), '--format', 'csv']);
  expect(csv.stdout.split('\n')[1]).toBe(
    'prompt-only,inference,tag,tag,,,2026-08-01,AmazonBedrock,USE1-NovaLite-input-tokens,4000,1K tokens,0.24,cur,false,row,,,,,,,',
  );
  expect(csv.stdout).toContain("none,,'=evil");
  const json = JSON.parse((await runCli([...LOCAL(), '--format', 'json'])).stdout) as { rows: unknown[]; from: string };
  expect(json.rows).toHaveLength(4);
  expect(json).toMatchObject({
    source: 'cur',
    simulated: false,
    currency: 'USD',
    from: '2026-08-01',
    until: '2026-08-02',
  });
});

test('without days it is the month so far', async () => {
  const window = async (...days: string[]) => {
    const { stdout } = await runCli(['bill', '--source', 'cur', '--file', file, '--format', 'json', ...days], {
      now: '2026-08-15T23:59:59Z',
    });
    const { from, until } = JSON.parse(stdout) as { from: string; until: string };
    return [from, until];
  };
  expect(await window()).toEqual(['2026-08-01', '2026-08-15']);
  expect(await window('--until', '2026-07-31')).toEqual(['2026-07-01', '2026-07-31']);
  expect(await window('--from', '2026-06-15')).toEqual(['2026-06-15', '2026-08-15']);
});

test('--also shows the same dollars by caller, one role whatever the session', async () => {
  const { stdout } = await runCli([...LOCAL(), '--also', 'principal,resource', '--format', 'json']);
  const { secondAttributions } = JSON.parse(stdout) as { secondAttributions: unknown };
  expect(secondAttributions).toEqual([
    { kind: 'principal', value: 'arn:aws:sts::1:assumed-role/Answer', path: 'prompt-only', usd: 0.24 },
  ]);
});

test.each([
  [['bill', '--until', 'soon'], "'--until' must be a day such as 2026-08-01, got 'soon'"],
  [
    ['bill', '--from', '2026-08-32', '--until', '2026-09-01'],
    "'--from' must be a day such as 2026-08-01, got '2026-08-32'",
  ],
  [
    ['bill', '--from', '2026-08-02', '--until', '2026-08-01'],
    "'--from' must not be after '--until' (the last day counted in), got 2026-08-02 and 2026-08-01",
  ],
  [
    ['bill', '--from', '2026-08-01', '--until', '2026-08-01', '--source', 'azure'],
    "'--source' must be one of cost-explorer, cur, focus, athena, got 'azure'",
  ],
  [['bill', '--from', '2026-08-01', '--until', '2026-08-01', '--source', 'cur'], "'--source cur' needs '--file'"],
  [
    ['bill', '--from', '2026-08-01', '--until', '2026-08-01', '--max-usd', 'much'],
    "'--max-usd' must be a number of at least 0, got 'much'",
  ],
])('%j is refused with what is allowed', async (args, message) => {
  const { status, stderr } = await runCli(args);
  expect(stderr).toContain(message);
  expect(status).toBe(2);
});

test('Cost Explorer is asked at the given endpoint, what it answers is labelled as simulated, and a repeat is free', async () => {
  const server = await fakeCostExplorer({
    charges: [
      {
        day: '2026-08-01',
        service: 'Amazon Bedrock',
        usageType: 'USE1-NovaLite-input-tokens',
        usd: 1.5,
        path: 'rag',
        component: 'inference',
      },
    ],
  });
  const env = { AWS_ENDPOINT_URL_COST_EXPLORER: server.url, XDG_CACHE_HOME: folder };
  process.env['AWS_ACCESS_KEY_ID'] = 'x';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'x';
  try {
    const ask = () => runCli(['bill', '--from', '2026-08-01', '--until', '2026-08-02'], { env });
    const first = await ask();
    expect(first.stdout).toContain('SIMULATED');
    expect(first.stdout).toMatch(/rag +inference +\$1\.50/);
    // overview, rag, untagged
    expect(first.stdout).toContain('Asking cost $0.03.');
    const second = await ask();
    expect(second.stdout).toContain('Answered from disk, as of 2026-10-01T00:00:00.000Z and later');
    expect(server.requests).toHaveLength(3);
    const refreshed = await runCli(['bill', '--from', '2026-08-01', '--until', '2026-08-02', '--refresh'], { env });
    expect(refreshed.stdout).toContain('Asking cost $0.03.');
  } finally {
    delete process.env['AWS_ACCESS_KEY_ID'];
    delete process.env['AWS_SECRET_ACCESS_KEY'];
    await server.close();
  }
});
