import { CostExplorerClient } from '@aws-sdk/client-cost-explorer';
import { afterEach, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { billCells, type Bill } from '../../../lib/billing/bill.ts';
import { readCostExplorer, type CostExplorerRequest } from '../../../lib/billing/sources/cost-explorer.ts';
import { diskCache } from '../../../lib/billing/sources/response-cache.ts';
import {
  fail,
  fakeCostExplorer,
  reply,
  type FakeCharge,
  type FakeCostExplorer,
  type FakeOptions,
} from '../../support/fake-cost-explorer.ts';
import { withoutBackoff } from '../../support/without-backoff.ts';

withoutBackoff();

const WINDOW = { from: '2026-08-01', until: '2026-08-03' };
const NOW = new Date('2026-08-20T00:00:00Z');

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function serve(options: FakeOptions): Promise<FakeCostExplorer> {
  const server = await fakeCostExplorer(options);
  closing.push(server.close);
  return server;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fmpaths-ce-'));
  closing.push(() => rmSync(folder, { recursive: true }));
  return folder;
}

function client(url: string): CostExplorerClient {
  const made = new CostExplorerClient({
    region: 'us-east-1',
    endpoint: url,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    maxAttempts: 3,
  });
  closing.push(() => made.destroy());
  return made;
}

const ask = (url: string, over: Partial<CostExplorerRequest> = {}): Promise<Bill> =>
  readCostExplorer({
    client: client(url),
    owner: '123456789012',
    window: WINDOW,
    deployed: 'tagged',
    now: NOW,
    cache: null,
    maxUsd: 1,
    ...over,
  });

const RAG = { path: 'rag', component: 'inference' };

const CHARGES: readonly FakeCharge[] = [
  {
    day: '2026-08-01',
    service: 'Amazon Bedrock',
    usageType: 'USE1-NovaLite-input-tokens',
    usd: 0.5,
    quantity: 500,
    unit: '1K tokens',
    ...RAG,
  },
  { day: '2026-08-03', service: 'Amazon Bedrock', usageType: 'USE1-NovaLite-output-tokens', usd: 0.25, ...RAG },
  {
    day: '2026-08-02',
    service: 'Claude Haiku 4.5 (Amazon Bedrock Edition)',
    usageType: 'USE1-MP:USE1_InputTokenCount-Units',
    usd: 2,
    path: 'prompt-only',
    component: 'inference',
  },
  {
    day: '2026-08-02',
    service: 'Amazon Simple Storage Service',
    usageType: 'TimedStorage-ByteHrs',
    usd: 0.03,
    path: 'rag',
    component: 'data',
  },
  { day: '2026-08-02', service: 'Amazon OpenSearch Service', usageType: 'USE1-SearchOCU', usd: 5.76 },
  { day: '2026-08-02', service: 'Amazon Elastic Compute Cloud - Compute', usageType: 'BoxUsage:t3.micro', usd: 7 },
  {
    day: '2026-08-02',
    service: 'Amazon Bedrock',
    usageType: 'USE1-NovaLite-input-tokens',
    usd: 1,
    path: 'comparison',
    component: 'operations',
  },
  {
    day: '2026-08-02',
    service: 'Amazon Bedrock',
    usageType: 'USE1-NovaLite-input-tokens',
    usd: -3,
    recordType: 'Credit',
    ...RAG,
  },
  { day: '2026-08-02', service: 'Tax', usageType: 'x', usd: 0.9, recordType: 'Tax' },
  { day: '2026-08-04', service: 'Amazon Bedrock', usageType: 'USE1-NovaLite-input-tokens', usd: 100, ...RAG },
];

test('the bill is split by path, component, service and day; credits and tax stand apart; the day after --until is not in it', async () => {
  const server = await serve({ charges: CHARGES, estimatedFrom: '2026-08-03' });
  const bill = await ask(server.url);
  expect(billCells(bill.rows)).toEqual([
    { path: 'prompt-only', component: 'inference', taggedUsd: 2, inferredUsd: 0, remainderUsd: 0 },
    { path: 'rag', component: 'inference', taggedUsd: 0.75, inferredUsd: 0, remainderUsd: 0 },
    { path: 'rag', component: 'data', taggedUsd: 0.03, inferredUsd: 5.76, remainderUsd: 0 },
    { path: null, component: 'operations', taggedUsd: 0, inferredUsd: 0, remainderUsd: 1 },
    { path: null, component: null, taggedUsd: 0, inferredUsd: 0, remainderUsd: 7 },
  ]);
  expect(bill.excluded).toEqual([
    { kind: 'credit', usd: -3 },
    { kind: 'refund', usd: 0 },
    { kind: 'tax', usd: 0.9 },
  ]);
  expect(bill.rows.find(({ path }) => path === 'prompt-only')).toMatchObject({
    service: 'Claude Haiku 4.5 (Amazon Bedrock Edition)',
    day: '2026-08-02',
  });
  expect(bill.rows.find(({ usageType }) => usageType === 'TimedStorage-ByteHrs')?.service).toBe('AmazonS3');
  expect(bill.rows.find(({ path, usageType }) => path === 'rag' && usageType.includes('input'))).toMatchObject({
    quantity: 500,
    unit: '1K tokens',
  });
  // 0.5 + 0.25 + 2 + 0.03 + 5.76 + 7 + 1 = 16.54 in seven groups; 16.54 - 3 + 0.9 = 14.44
  expect(bill.read).toEqual({
    files: null,
    pages: 7,
    rows: 9,
    grossUsd: 14.44,
    rowsInTable: 7,
    inTableUsd: 16.54,
    outsideUsd: -2.1,
    outside: [
      { reason: 'credit', rows: 1, currency: 'USD', amount: -3, files: null, keptInstead: null },
      { reason: 'tax', rows: 1, currency: 'USD', amount: 0.9, files: null, keptInstead: null },
    ],
    notRead: [],
  });
  expect(bill.completeness.estimatedDays).toEqual(['2026-08-03']);
  expect(bill.rows.find(({ foreignTagValue }) => foreignTagValue !== null)?.foreignTagValue).toBe('comparison');
  expect(bill.notes).toEqual([]);
});

test('no more is asked than needed: one question, one a tag value, one for the rest, one where the service is unclear', async () => {
  const server = await serve({ charges: CHARGES });
  const bill = await ask(server.url);
  // overview; prompt-only + its third-party service; rag + its storage; comparison; untagged
  expect(server.requests).toHaveLength(7);
  expect(bill.queryUsd).toBeCloseTo(0.07, 12);
  expect(server.requests.every(({ body }) => (body.GroupBy ?? []).length === 2)).toBe(true);
  expect(server.requests[0]?.body.TimePeriod).toEqual({ Start: '2026-08-01', End: '2026-08-04' });
});

test('pages are followed to the end', async () => {
  const server = await serve({ charges: CHARGES, pageSize: 1 });
  const paged = await ask(server.url);
  const whole = await ask((await serve({ charges: CHARGES })).url);
  expect(paged.rows).toEqual(whole.rows);
  expect(paged.queryUsd).toBeGreaterThan(whole.queryUsd ?? 0);
});

test('a repeat is free: it is answered from disk, and says so', async () => {
  const cache = diskCache(temporaryFolder(), () => NOW);
  const server = await serve({ charges: CHARGES, pageSize: 2 });
  const first = await ask(server.url, { cache });
  const asked = server.requests.length;
  const second = await ask(server.url, { cache });
  expect(server.requests).toHaveLength(asked);
  expect(second.queryUsd).toBe(0);
  expect(second.rows).toEqual(first.rows);
  expect(second.notes).toEqual([{ code: 'from-cache', values: { time: NOW.toISOString() } }]);
  // another account asks anew
  await ask(server.url, { cache, owner: '210987654321' });
  expect(server.requests).toHaveLength(2 * asked);
});

test('an answer with estimated days is good for eight hours', async () => {
  const folder = temporaryFolder();
  const server = await serve({ charges: CHARGES, estimatedFrom: '2026-08-01' });
  await ask(server.url, { cache: diskCache(folder, () => NOW) });
  const asked = server.requests.length;
  await ask(server.url, { cache: diskCache(folder, () => NOW), now: new Date('2026-08-20T07:59:00Z') });
  expect(server.requests).toHaveLength(asked);
  await ask(server.url, { cache: diskCache(folder, () => NOW), now: new Date('2026-08-20T08:01:00Z') });
  expect(server.requests).toHaveLength(2 * asked);
});

test('where a stored page leads to a token that has expired, the first page is asked anew', async () => {
  const cache = diskCache(temporaryFolder(), () => NOW);
  const failing = await serve({
    charges: CHARGES,
    pageSize: 2,
    disturb: (request, response) =>
      request.body.NextPageToken !== undefined && fail(response, 400, 'AccessDeniedException', 'broken off'),
  });
  await expect(ask(failing.url, { cache })).rejects.toThrow('not allowed to call ce:GetCostAndUsage');
  let expired = 0;
  const server = await serve({
    charges: CHARGES,
    pageSize: 2,
    disturb: (request, response) => {
      if (request.body.NextPageToken === undefined || expired > 0) return false;
      expired += 1;
      return fail(response, 400, 'InvalidNextTokenException', 'expired');
    },
  });
  const bill = await ask(server.url, { cache });
  expect(expired).toBe(1);
  expect(bill.rows).toEqual((await ask((await serve({ charges: CHARGES })).url)).rows);
});

test('throttling is retried, and costs nothing that was not answered', async () => {
  const server = await serve({
    charges: CHARGES,
    disturb: (_, response, count) =>
      count === 1 &&
      fail(response, 400, 'LimitExceededException', 'You made too many calls in a short period of time.'),
  });
  const bill = await ask(server.url);
  expect(bill.queryUsd).toBeCloseTo(0.07, 12);
  expect(server.requests).toHaveLength(8);
});

test.each([
  [
    'AccessDeniedException',
    'User: arn:aws:iam::1:user/x is not authorized to perform: ce:GetCostAndUsage',
    "not allowed to call ce:GetCostAndUsage: User: arn:aws:iam::1:user/x is not authorized to perform: ce:GetCostAndUsage. Allow it with 'aws iam attach-role-policy",
  ],
  ['AccessDeniedException', 'User not enabled for cost explorer access', 'Cost Explorer has no data for this account'],
  ['DataUnavailableException', 'Data is not available.', 'the first data come within 24 hours'],
  [
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
    "Sign in again with 'aws sso login",
  ],
  [
    'ExpiredTokenException',
    'The security token included in the request is expired',
    "Sign in again with 'aws sso login",
  ],
  ['LimitExceededException', 'You made too many calls', 'Wait a minute and repeat the command'],
  ['ValidationException', 'Start date is too early', 'AWS refuses the question: Start date is too early'],
])('%s is told in words that help: %s', async (type, message, told) => {
  const server = await serve({ charges: [], disturb: (_, response) => fail(response, 400, type, message) });
  await expect(ask(server.url)).rejects.toThrow(told);
});

test('without credentials the message says how to sign in', async () => {
  const server = await serve({ charges: [] });
  const made = new CostExplorerClient({
    region: 'us-east-1',
    endpoint: server.url,
    credentials: () =>
      Promise.reject(
        Object.assign(new Error('Could not load credentials from any providers'), { name: 'CredentialsProviderError' }),
      ),
  });
  await expect(ask(server.url, { client: made })).rejects.toThrow(
    "no AWS credentials: Could not load credentials from any providers. Sign in with 'aws sso login' or 'aws configure'; AWS_PROFILE names the profile where it is not the default one",
  );
});

test.each([
  ['Inactive', 'tag-inactive'],
  ['unknown', 'tag-unknown'],
  ['Active', 'tag-active-unused'],
  ['denied', 'tag-status-denied'],
] as const)('where nothing is tagged, the reason is asked: %s', async (tagStatus, code) => {
  const untagged = CHARGES.filter(({ path }) => path === undefined);
  const server = await serve({ charges: untagged, tagStatus });
  const bill = await ask(server.url);
  expect(bill.notes.map((note) => note.code)).toEqual([code]);
  expect(bill.rows.every(({ path }) => path === null)).toBe(true);
});

test('what would cost more than the limit is not asked', async () => {
  const server = await serve({ charges: CHARGES, pageSize: 1 });
  await expect(ask(server.url, { maxUsd: 0.03 })).rejects.toThrow(
    "stopped before paying more than $0.03: Cost Explorer takes $0.01 a page and has more pages. Raise '--max-usd' or shorten the window",
  );
  expect(server.requests).toHaveLength(3);
});

test('an answer that breaks off is never taken for the whole', async () => {
  const server = await serve({
    charges: CHARGES,
    disturb: (_, response) => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-length': '5000' });
      response.write('{"ResultsByTime":[{"TimePeriod":{"Start":"2026-08-01"');
      setTimeout(() => response.destroy(), 5);
      return true;
    },
  });
  await expect(ask(server.url)).rejects.toThrow();
  const halves = await serve({ charges: CHARGES, disturb: (_, response) => (reply(response, 200, {}), true) });
  await expect(ask(halves.url)).rejects.toThrow('answered without results');
  const circles = await serve({
    charges: CHARGES,
    disturb: (_, response) => (reply(response, 200, { ResultsByTime: [], NextPageToken: 'same' }), true),
  });
  await expect(ask(circles.url)).rejects.toThrow('a page that was read already');
});

test('sums that disagree between two answers are reported', async () => {
  const server = await serve({
    charges: CHARGES,
    disturb: (request, response) => {
      if (!JSON.stringify(request.body.Filter ?? '').includes('ABSENT')) return false;
      reply(response, 200, { ResultsByTime: [] });
      return true;
    },
  });
  const bill = await ask(server.url);
  // 0.5 + 0.25 + 2 + 0.03 + 5.76 + 7 + 1 = 16.54, of which 12.76 is untagged
  expect(bill.notes).toEqual([{ code: 'totals-disagree', values: { total: '16.54', listed: '3.78' } }]);
  expect(bill.read.inTableUsd).toBe(3.78);
  expect(bill.read.grossUsd).toBe(14.44);
  expect(bill.read.outside).toContainEqual({
    reason: 'answers-differ',
    rows: null,
    currency: 'USD',
    amount: 12.76,
    files: null,
    keptInstead: null,
  });
});

test("the documented example of AWS's own command line is understood: the key before $, an empty value untagged", async () => {
  const recorded = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../fixtures/billing/get-cost-and-usage-by-service-and-tag.json'), 'utf8')
      .replaceAll('Environment$Dev', 'customization-path$rag')
      .replaceAll('Environment$', 'customization-path$'),
  ) as { ResultsByTime: { Groups: { Keys: string[] }[] }[] };
  // recorded by SERVICE and TAG; the overview asks by TAG first
  for (const { Groups } of recorded.ResultsByTime) for (const group of Groups) group.Keys.reverse();
  const server = await serve({
    charges: [],
    disturb: (request, response) => {
      const keys = (request.body.GroupBy ?? []).map(({ Key }) => Key);
      if (!keys.includes('RECORD_TYPE')) return false;
      reply(response, 200, recorded);
      return true;
    },
  });
  const bill = await ask(server.url, { window: { from: '2017-09-01', until: '2017-09-30' } });
  // 40.3543773134 + 0.2682364644 = 40.6226137778, and the detail answers nothing
  expect(bill.notes).toEqual([{ code: 'totals-disagree', values: { total: '40.62', listed: '0.00' } }]);
  expect(server.requests.filter(({ body }) => JSON.stringify(body.Filter ?? '').includes('"rag"'))).toHaveLength(1);
});

test('a window in the future is refused; one that reaches into it asks until today', async () => {
  const server = await serve({ charges: CHARGES });
  await expect(ask(server.url, { window: { from: '2026-08-21', until: '2026-08-22' } })).rejects.toThrow(
    "'--from' 2026-08-21 is in the future: today is 2026-08-20 (UTC)",
  );
  await ask(server.url, { window: { from: '2026-08-01', until: '2026-08-31' } });
  expect(server.requests[0]?.body.TimePeriod.End).toBe('2026-08-21');
});
