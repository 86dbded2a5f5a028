import { S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCur } from '../../../lib/billing/sources/cur.ts';
import { fetchExport, type FetchedExport } from '../../../lib/billing/sources/s3-export.ts';
import { withoutBackoff } from '../../support/without-backoff.ts';

withoutBackoff();

const WINDOW = { from: '2026-08-01', until: '2026-08-31' };
const PREFIX = 'cur/data';

const csv = (usd: number): string =>
  `line_item_usage_start_date,line_item_usage_type,line_item_unblended_cost,line_item_product_code,resource_tags
2026-08-03 00:00:00,USE1-NovaLite-input-tokens,${usd},AmazonBedrock,"{""user_customization_path"": ""rag""}"
`;

interface StoredObject {
  body: string;
  modified: string;
}

let cacheFolder: string;
let objects: Record<string, StoredObject>;
let gets: string[];
let server: Server;
let client: S3Client;
let disturb: (url: URL, response: ServerResponse) => boolean;

const store = (name: string, body: string, modified = '2026-09-01T00:00:00.000Z'): void => {
  objects[`${PREFIX}/${name}`] = { body, modified };
};

/** Lists two keys a page, as S3 lists a thousand. */
function answer(url: URL, response: ServerResponse): void {
  if (disturb(url, response)) return;
  const key = decodeURIComponent(url.pathname.replace(/^\/bills\/?/, ''));
  if (key === '') {
    const keys = Object.keys(objects)
      .filter((name) => name.startsWith(url.searchParams.get('prefix') ?? ''))
      .sort();
    const from = Number(url.searchParams.get('continuation-token') ?? 0);
    const more = from + 2 < keys.length;
    const contents = keys
      .slice(from, from + 2)
      .map(
        (name) =>
          `<Contents><Key>${name}</Key><Size>${Buffer.byteLength(objects[name]?.body ?? '')}</Size><LastModified>${objects[name]?.modified ?? ''}</LastModified></Contents>`,
      );
    response.end(
      `<ListBucketResult><IsTruncated>${more}</IsTruncated>${contents.join('')}${more ? `<NextContinuationToken>${from + 2}</NextContinuationToken>` : ''}</ListBucketResult>`,
    );
    return;
  }
  gets.push(key);
  response.end(objects[key]?.body);
}

const refuse = (response: ServerResponse, status: number, code: string): true => {
  response.writeHead(status).end(`<Error><Code>${code}</Code><Message>${code} said the service</Message></Error>`);
  return true;
};

beforeEach(async () => {
  cacheFolder = mkdtempSync(join(tmpdir(), 'fmpaths-s3-export-'));
  objects = {};
  gets = [];
  disturb = () => false;
  server = createServer((request, response) => answer(new URL(request.url ?? '', 'http://s3'), response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new S3Client({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    forcePathStyle: true,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    maxAttempts: 3,
  });
});

afterEach(async () => {
  client.destroy();
  server.closeAllConnections();
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  rmSync(cacheFolder, { recursive: true });
});

const fetched = (uri = `s3://bills/${PREFIX}`, window = WINDOW): Promise<FetchedExport> =>
  fetchExport({ client, uri, window, cacheFolder });

async function billedUsd(path: string): Promise<number[]> {
  const bill = await readCur({ path, window: WINDOW, deployed: [], now: new Date('2026-09-30T00:00:00Z') });
  return bill.rows.map(({ usd }) => usd);
}

test('the months of the window are fetched, page after page, and read as a folder is', async () => {
  store('BILLING_PERIOD=2026-07/old-00001.csv', csv(100));
  store('BILLING_PERIOD=2026-08/x-00001.csv', csv(1));
  store('BILLING_PERIOD=2026-08/x-00002.csv', csv(2));
  store('BILLING_PERIOD=2026-08/x-00003.csv', csv(4));
  store('BILLING_PERIOD=2026-08/readme.txt', 'no part of an export');
  store('BILLING_PERIOD=2026-08/x-Manifest.json', '{}');
  const { path, notes, notFetched } = await fetched();
  expect(notFetched).toEqual([
    { file: `s3://bills/${PREFIX}/BILLING_PERIOD=2026-07/old-00001.csv`, reason: 'month-outside' },
    { file: `s3://bills/${PREFIX}/BILLING_PERIOD=2026-08/readme.txt`, reason: 'format' },
  ]);
  expect(gets.filter((key) => !key.endsWith('.json')).sort()).toEqual(
    [1, 2, 3].map((part) => `${PREFIX}/BILLING_PERIOD=2026-08/x-0000${part}.csv`),
  );
  // 1 + 2 + 4, all of one day and path
  expect(await billedUsd(path)).toEqual([7]);
  expect(notes).toEqual([{ code: 'fetched', values: { files: 4, megabytes: 1, uri: `s3://bills/${PREFIX}` } }]);
});

test('what is unchanged is not fetched again, what has changed is, and what is gone is not counted', async () => {
  store('BILLING_PERIOD=2026-08/a.csv', csv(1));
  store('BILLING_PERIOD=2026-08/b.csv', csv(2));
  await fetched();
  gets = [];
  expect((await fetched()).notes).toEqual([]);
  expect(gets).toEqual([]);
  store('BILLING_PERIOD=2026-08/a.csv', csv(5), '2026-09-02T00:00:00.000Z');
  objects = Object.fromEntries(Object.entries(objects).filter(([key]) => !key.endsWith('b.csv')));
  const { path } = await fetched();
  expect(gets).toEqual([`${PREFIX}/BILLING_PERIOD=2026-08/a.csv`]);
  expect(await billedUsd(path)).toEqual([5]);
});

test('one object may be named as well', async () => {
  store('BILLING_PERIOD=2026-08/a.csv', csv(3));
  const { path } = await fetched(`s3://bills/${PREFIX}/BILLING_PERIOD=2026-08/a.csv`);
  expect(await billedUsd(path)).toEqual([3]);
});

test('copies are for the user alone, and a broken download leaves none', async () => {
  store('BILLING_PERIOD=2026-08/a.csv', csv(1));
  const { path } = await fetched();
  expect(statSync(join(path, 'BILLING_PERIOD=2026-08/a.csv')).mode & 0o077).toBe(0);
  store('BILLING_PERIOD=2026-08/a.csv', csv(22), '2026-09-02T00:00:00.000Z');
  disturb = (url, response) => {
    if (!url.pathname.endsWith('.csv')) return false;
    response.writeHead(200, { 'content-length': '500' });
    response.write('line_item');
    response.destroy();
    return true;
  };
  await expect(fetched()).rejects.toThrow();
  expect(readFileSync(join(path, 'BILLING_PERIOD=2026-08/a.csv'), 'utf8')).toBe(csv(1));
  expect(readdirSync(join(path, 'BILLING_PERIOD=2026-08'))).toEqual(['a.csv']);
});

test('a list that breaks off is an error, not a smaller bill', async () => {
  store('BILLING_PERIOD=2026-08/a.csv', csv(1));
  disturb = (_, response) => {
    response.end('<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>');
    return true;
  };
  await expect(fetched()).rejects.toThrow('S3 gave only a part of the list of s3://bills/cur/data');
});

test('throttling is tried again', async () => {
  store('BILLING_PERIOD=2026-08/a.csv', csv(1));
  let refused = 0;
  disturb = (_, response) => refused++ < 2 && refuse(response, 503, 'SlowDown');
  expect(await billedUsd((await fetched()).path)).toEqual([1]);
});

test.each([
  ['NoSuchBucket', 404, "there is no bucket 'bills': 'npx cdk deploy comparison' prints the place of its export"],
  ['AccessDenied', 403, 'not allowed to call s3:ListBucket: AccessDenied said the service. Allow it with'],
  [
    'ExpiredToken',
    400,
    "AWS does not accept the credentials: ExpiredToken said the service. Sign in again with 'aws sso",
  ],
])('%s says what to do', async (code, status, message) => {
  disturb = (_, response) => refuse(response, status, code);
  await expect(fetched()).rejects.toThrow(message);
});

test('a prefix without an export, and an address that is none, are refused', async () => {
  await expect(fetched('s3://bills/nothing')).rejects.toThrow("no Parquet or CSV file under 's3://bills/nothing'");
  await expect(fetched('s3://Bad_Bucket/x')).rejects.toThrow(
    "must be a file, a folder or s3://BUCKET/PREFIX, got 's3:",
  );
});

test('a key that climbs out of its folder is not fetched', async () => {
  store('../../../evil.csv', csv(1));
  await expect(fetched()).rejects.toThrow('has a name that is no path');
  expect(existsSync(join(cacheFolder, '..', 'evil.csv'))).toBe(false);
});

test('a month that was not delivered is named with those that were', async () => {
  store('BILLING_PERIOD=2026-07/a.csv', csv(1));
  const { path } = await fetched();
  await expect(billedUsd(path)).rejects.toThrow('has no month between 2026-08-01 and 2026-08-31: it holds 2026-07');
});
