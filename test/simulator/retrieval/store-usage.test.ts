import { expect, test } from '@jest/globals';
import { auroraAwakeHours, auroraMonth, auroraWrites } from '../../../lib/simulator/retrieval/aurora.ts';
import { openSearchMonth } from '../../../lib/simulator/retrieval/opensearch-serverless.ts';
import { s3VectorsMonth, s3VectorsPut, s3VectorsQueryUsage } from '../../../lib/simulator/retrieval/s3-vectors.ts';
import { createSearchIndex } from '../../../lib/simulator/retrieval/search-index.ts';

const GB = 1024 ** 3;
/** 1,000 vectors of 4,096 bytes, and as much text. */
const STORED = { vectors: 1_000, dimensions: 1_024, textBytes: 4_096_000 };

const quantities = (meters: readonly { priceId: string; quantity: number }[]) =>
  meters.map(({ priceId, quantity }) => [priceId, quantity]);

test('a collection bills half an OCU each for indexing and search, doubled by standby replicas, and what it stores', () => {
  const storage = ['aoss/storage', expect.closeTo(8_192_000 / GB, 15)];
  expect(quantities(openSearchMonth(STORED, false, 720))).toEqual([['aoss/ocu', 360], ['aoss/ocu', 360], storage]);
  expect(quantities(openSearchMonth(STORED, true, 720))).toEqual([['aoss/ocu', 720], ['aoss/ocu', 720], storage]);
});

test('search grows by whole OCUs with the memory of the graphs', () => {
  // 1.1 x (4 x 1,024 + 128) bytes x 2,000,000 = 8.65 GB of 6 GB: two OCUs, four with standby
  const large = { ...STORED, vectors: 2_000_000 };
  expect(openSearchMonth(large, false, 100)[1]?.quantity).toBe(200);
  expect(openSearchMonth(large, true, 100)[1]?.quantity).toBe(400);
});

test('a cluster sleeps between questions that are far apart, and never where they are not', () => {
  const pausing = { minAcus: 0, activeAcus: 0.5, pausesAfterSeconds: 300 };
  // 720 hours / 1,000 questions: one in 43 minutes, each five minutes awake
  expect(auroraAwakeHours(pausing, 1_000, 720)).toBeCloseTo(83.333, 3);
  // 720 hours / 100,000 questions: one in 26 seconds
  expect(auroraAwakeHours(pausing, 100_000, 720)).toBe(720);
  expect(auroraAwakeHours(pausing, 0, 720)).toBe(0);
  expect(auroraAwakeHours({ ...pausing, minAcus: 1, activeAcus: 1 }, 0, 720)).toBe(720);
});

test('a cluster bills its ACUs by the hour, awake and not', () => {
  const capacity = { minAcus: 0, activeAcus: 0.5, pausesAfterSeconds: 360 };
  // 1,000 questions of 6 minutes: 100 hours of half an ACU, on each of two instances
  expect(quantities(auroraMonth(STORED, capacity, { instances: 2, requests: 1_000, hours: 720 }))).toEqual([
    ['aurora/acu', 100],
    ['aurora/storage', expect.closeTo(8_192_000 / GB, 15)],
  ]);
});

test('a row is written in pieces of 4 KB', () => {
  // 4,096 bytes of vector and 4,096 of text are two
  expect(auroraWrites(STORED)).toBe(2_000);
  expect(auroraWrites({ ...STORED, textBytes: 4_096_001 })).toBe(3_000);
  expect(auroraWrites({ ...STORED, vectors: 0 })).toBe(0);
});

test('S3 Vectors bills what is stored with its key, and what is put, at least 128 KB a PUT', () => {
  // 8,192 bytes and a key of 36
  expect(quantities(s3VectorsMonth(STORED))).toEqual([['s3-vectors/storage', expect.closeTo(8_228_000 / GB, 15)]]);
  expect(quantities(s3VectorsPut(STORED))).toEqual([['s3-vectors/put', expect.closeTo(8_228_000 / GB, 15)]]);
  expect(quantities(s3VectorsPut({ ...STORED, vectors: 1, textBytes: 1 }))).toEqual([['s3-vectors/put', 131_072 / GB]]);
  expect(s3VectorsPut({ ...STORED, vectors: 0 })).toEqual([]);
});

test('what a query returns is free up to 512 KB', () => {
  const index = createSearchIndex();
  expect(quantities(s3VectorsQueryUsage({ dimension: 1_024, index }, 512 * 1024))).toEqual([['s3-vectors/query', 1]]);
  expect(quantities(s3VectorsQueryUsage({ dimension: 1_024, index }, 513 * 1024))).toEqual([
    ['s3-vectors/query', 1],
    ['s3-vectors/returned', 1024 / GB],
  ]);
});
