import { expect, test } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { loggedCalls } from '../../../lambda/check-run/logged-calls.ts';
import { objectStore } from './object-store.ts';

const LOGS = 's3://logs/AWSLogs/1/BedrockModelInvocationLogs/';
const TEACHER = 'acme.large-v1:0';
const key = (name: string): string => `AWSLogs/1/BedrockModelInvocationLogs/${name}`;

const call = (modelId = TEACHER, more: object = {}) => ({
  schemaType: 'ModelInvocationLog',
  modelId,
  input: { inputBodyJson: { messages: [] } },
  output: { outputBodyJson: { output: {} } },
  ...more,
});
const calls = (count: number, record: object = call()): Buffer => gzipSync(`${JSON.stringify(record)}\n`.repeat(count));

const count = (objects: Parameters<typeof objectStore>[0], teacher?: string, sizes?: Record<string, number>) =>
  loggedCalls(LOGS, teacher, objectStore(objects, sizes));

test('100 calls in several objects are enough, and no more is read than it takes to find them', async () => {
  const store = objectStore({
    [key('1.json.gz')]: calls(60),
    [key('2.json.gz')]: calls(40),
    [key('3.json.gz')]: calls(1),
  });
  // every object bills its bytes: 3 x 10
  expect(await loggedCalls(LOGS, undefined, store)).toEqual({ bytes: 30, warnings: [] });
  expect(store.read).toEqual([key('1.json.gz'), key('2.json.gz')]);
});

test('fewer calls are refused', async () => {
  await expect(count({ [key('1.json.gz')]: calls(99) })).rejects.toThrow(
    `the logs under '${LOGS}' hold 99 calls with their text, and a distillation needs at least 100`,
  );
  await expect(count({})).rejects.toThrow('hold 0 calls');
});

test.each([
  ['calls of another model', calls(100, call('acme.small-v1:0'))],
  ['calls whose answer was not logged', calls(100, call(TEACHER, { output: {} }))],
])('%s are no answers of the teacher, and are prompts', async (_, gzip) => {
  const objects = { [key('1.json.gz')]: gzip };
  expect((await count(objects)).warnings).toEqual([]);
  await expect(count(objects, TEACHER)).rejects.toThrow(`hold 0 calls of ${TEACHER} with their text`);
});

test.each([
  ['another Region', call(`us.${TEACHER}`)],
  ['an application profile, whoever is behind it', call('arn:aws:bedrock:us-east-1:1:application-inference-profile/x')],
  [
    'a long text, which lies apart',
    call(TEACHER, { input: { inputBodyS3Path: 's3://x' }, output: { outputBodyS3Path: 's3://x' } }),
  ],
])('a call of the teacher through %s counts', async (_, record) => {
  expect((await count({ [key('1.json.gz')]: calls(100, record) }, TEACHER)).warnings).toEqual([]);
});

test('what is no record of a call does not count', async () => {
  const objects = {
    [key('1.json.gz')]: calls(100, { schemaType: 'Other', input: { inputBodyJson: {} } }),
    [key('2.json.gz')]: calls(100, call(TEACHER, { input: {} })),
    [key('data/long.json.gz')]: calls(100),
    [key('notes.txt')]: 'x',
  };
  await expect(count(objects)).rejects.toThrow('hold 0 calls');
});

test.each<[string, Parameters<typeof objectStore>[0][string], Record<string, number>, string]>([
  ['may not be read', Object.assign(new Error('not with this key'), { name: 'AccessDenied' }), {}, 'not with this key'],
  ['are no gzip', 'plain', {}, 'incorrect header check'],
  ['are no JSON', gzipSync('plain'), {}, 'JSON'],
  [
    'are too big',
    calls(100),
    { [key('1.json.gz')]: 16e6 + 1 },
    'only 500 objects of at most 16 MB, and 100 MB of all, are read',
  ],
])('where logs %s, it is said that their number is not known', async (_, body, sizes, reason) => {
  const { warnings } = await count({ [key('1.json.gz')]: body, [key('2.json.gz')]: calls(7) }, undefined, sizes);
  expect(warnings).toEqual([expect.stringMatching(/is not known: 7 were found, and 1 objects not read \(/)]);
  expect(warnings[0]).toContain(reason);
});

test('no more is read than the function has time for', async () => {
  const names = [1, 2, 3, 4, 5, 6, 7].map((number) => key(`${number}.json.gz`));
  const store = objectStore(
    Object.fromEntries(names.map((name) => [name, calls(1)])),
    Object.fromEntries(names.map((name) => [name, 16e6])),
  );
  const { bytes, warnings } = await loggedCalls(LOGS, undefined, store);
  // 6 x 16 MB are 96 MB; the seventh is summed up all the same
  expect([store.read.length, bytes]).toEqual([6, 112e6]);
  expect(warnings).toEqual([expect.stringContaining('6 were found, and 1 objects not read')]);
});

test('a fault of S3 is no missing call', async () => {
  const lost = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', errno: -104 });
  await expect(count({ [key('1.json.gz')]: lost })).rejects.toThrow('socket hang up');
});
