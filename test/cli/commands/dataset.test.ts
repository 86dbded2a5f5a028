import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CATALOGUE } from '../../support/catalogue.ts';
import { runCli } from '../../support/run-cli.ts';

const SAMPLES = 'config/datasets';

let folder = '';
const file = (name: string): string => join(folder, name);

/** Answers and questions of known length: `count` records of 8 + 4 characters and no repeats. */
function records(count: number, start = 1_000): string {
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify({
      schemaVersion: 'bedrock-conversation-2024',
      messages: [
        { role: 'user', content: [{ text: `ask ${start + index}` }] },
        { role: 'assistant', content: [{ text: 'four' }] },
      ],
    }),
  ).join('\n');
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fmpaths-dataset-'));
  await writeFile(file('good.jsonl'), records(100));
  await writeFile(file('held.jsonl'), records(5, 5_000));
  await writeFile(file('leaking.jsonl'), records(2, 1_002));
  await writeFile(file('bad.jsonl'), `${records(8)}\n{"prompt":\n${records(1, 2_000).replace('four', 'User: four')}\n`);
});

afterAll(() => rm(folder, { recursive: true }));

const check = (name: string, ...more: string[]) =>
  runCli(['dataset', 'check', file(name), '--for', 'fine-tuning', '--model', 'amazon.nova-lite-v1:0', ...more]);

test('a good file is counted and priced, with what the price rests on', async () => {
  const { status, stdout } = await check('good.jsonl', '--validation', file('held.jsonl'), '--format', 'json');
  const report = JSON.parse(stdout) as { bytes: number; price: { lines: object[] } };
  expect(status).toBe(0);
  expect(report).toMatchObject({
    region: 'us-east-1',
    records: 100,
    // 'ask 1000' and 'four'
    characters: 1_200,
    estimatedTokens: 300,
    validation: { records: 5 },
    errors: [],
    price: { epochs: { estimated: 2, most: 5 }, unknown: [] },
  });
  // 300 tokens twice at $2 a million, and a month of storage; at most the bytes / 3, five times
  expect(report.price).toMatchObject({
    estimatedUsd: 300 * 2 * 2e-6 + 1.95,
    atMostUsd: Math.ceil(report.bytes / 3) * 5 * 2e-6 + 1.95,
  });
  expect(report.price.lines[0]).toMatchObject({
    priceId: 'amazon.nova-lite-v1:0/training',
    unitPriceUsd: 2,
    per: '1M tokens',
    date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
  });
});

test('what a job would fail on ends with status 2 and is named with its line', async () => {
  const { status, stdout } = await check('bad.jsonl');
  expect(status).toBe(2);
  expect(stdout).toMatch(/^training {2}\s+9 {2}not-json .*write one JSON object a line/m);
  expect(stdout).toMatch(/^training {2}\s+10 {2}forbidden-text .*'User:'/m);
  expect(stdout).toContain('mend the errors and check again');
});

test('a validation file that asks what was trained on is refused with both lines', async () => {
  const { status, stdout } = await check('good.jsonl', '--validation', file('leaking.jsonl'), '--format', 'csv');
  expect(status).toBe(2);
  expect(stdout).toContain('error,validation,1,leakage,"asks what line 3 of the training file asks');
});

test.each([
  ['ja', 'データセット', '最大 USD'],
  ['zh', '数据集', '上限 USD'],
])('the words are those of %s', async (language, title, column) => {
  const { stdout } = await check('good.jsonl', '--lang', language, '--format', 'markdown');
  expect(stdout).toContain(title);
  expect(stdout).toContain(column);
});

test.each([
  [['--for', 'fine-tuning', '--model', 'amazon.nova-2-lite-v1:0'], 'fine-tuning'],
  [['--for', 'distillation', '--model', 'amazon.nova-lite-v1:0'], 'distillation'],
  [['--for', 'continued-pretraining', '--model', 'sagemaker'], 'continued-pretraining'],
])('the sample data set passes its own check: %j', async (options, path) => {
  const { status, stdout } = await runCli([
    ...['dataset', 'check', `${SAMPLES}/${path}/train.jsonl`, '--validation', `${SAMPLES}/${path}/validation.jsonl`],
    ...options,
  ]);
  expect([status, stdout]).toEqual([0, expect.stringContaining('A job takes this data set')]);
});

test('distillation is bounded by the prompts that Bedrock may add, asked of the teacher', async () => {
  const { stdout } = await runCli([
    ...['dataset', 'check', file('good.jsonl'), '--for', 'distillation', '--model', 'amazon.nova-lite-v1:0'],
    ...['--answer-tokens', '100', '--format', 'json'],
  ]);
  const { price } = JSON.parse(stdout) as { price: { lines: { name: string; quantity: number; atMostUsd: number }[] } };
  const output = price.lines.find(({ name }) => name === 'Teacher output tokens');
  // 15,000 prompts answered with 100 tokens, at $3.2 a million
  expect(output).toMatchObject({ quantity: 1.5, atMostUsd: expect.closeTo(4.8) });
});

const legacyBase = (hosting: 'on-demand' | 'provisioned'): string => {
  const found = Object.entries(CATALOGUE.models).find(
    ([, entry]) =>
      entry.lifecycle.status === 'legacy' &&
      entry.customization?.types.includes('FINE_TUNING') === true &&
      entry.hosting.every((way) => way === hosting),
  );
  if (found === undefined) throw new Error(`the catalogue has no Legacy model that is hosted ${hosting} alone`);
  return found[0];
};

test('a Legacy base model is warned of: AWS takes no new job, and the dates are said', async () => {
  const model = legacyBase('on-demand');
  const { status, stdout } = await runCli(
    ['dataset', 'check', file('good.jsonl'), '--for', 'fine-tuning', '--model', model, '--format', 'csv'],
    { now: '2026-11-30T00:00:00Z' },
  );
  expect(status).toBe(0);
  expect(stdout).toContain(`'${model}' is Legacy since about 2026-09-30`);
  expect(stdout).toContain(`'${model}' reaches its end of life on 2027-03-30, in 120 days`);
  expect(stdout).toContain(`AWS takes no new customization job for a model that is Legacy`);
});

test('a Legacy base model that throughput alone can host is an error: what is trained could not be hosted', async () => {
  const model = legacyBase('provisioned');
  const { status, stdout } = await runCli(
    ['dataset', 'check', file('good.jsonl'), '--for', 'fine-tuning', '--model', model, '--format', 'json'],
    { now: '2026-11-30T00:00:00Z' },
  );
  expect(status).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({
    errors: [
      {
        rule: 'not-hosted',
        message: expect.stringContaining('AWS sells no new Provisioned Throughput for a Legacy model'),
      },
    ],
  });
});

test('hours on an instance are priced where they are said', async () => {
  const { stdout } = await runCli([
    ...['dataset', 'check', `${SAMPLES}/continued-pretraining/train.jsonl`, '--for', 'continued-pretraining'],
    ...['--model', 'sagemaker', '--instance', 'ml.g6e.12xlarge', '--hours', '2', '--format', 'json'],
  ]);
  const { price } = JSON.parse(stdout) as { price: { lines: { name: string; atMostUsd: number }[] } };
  expect(price.lines[0]).toMatchObject({ name: 'SageMaker training instance hours', atMostUsd: 2 * 13.12 });
});

test('a model that can be tuned and is of no family is told from one that cannot', async () => {
  const catalogue = JSON.parse(await readFile('config/models.json', 'utf8')) as {
    readonly models: Record<string, { tuningFamily?: string }>;
  };
  delete catalogue.models['amazon.nova-lite-v1:0']?.tuningFamily;
  await mkdir(file('config'), { recursive: true });
  await writeFile(file('config/models.json'), JSON.stringify(catalogue));
  const { status, stderr } = await runCli(
    ['dataset', 'check', file('good.jsonl'), '--for', 'fine-tuning', '--model', 'amazon.nova-lite-v1:0'],
    { root: folder },
  );
  expect([status, stderr]).toEqual([
    2,
    "fmpaths: config/models.json does not say what the training files of 'amazon.nova-lite-v1:0' must be like: give it a 'tuningFamily' that stands under 'tuningFamilies' there\n",
  ]);
});

test('Bedrock takes no continued pre-training: the check says so, and what does', async () => {
  const { status, stdout } = await runCli([
    ...['dataset', 'check', file('good.jsonl'), '--for', 'continued-pretraining', '--model', 'amazon.nova-lite-v1:0'],
  ]);
  expect(status).toBe(2);
  expect(stdout).toContain('train on SageMaker AI instead');
  // what the catalogue tells of, with what it takes
  expect(stdout).toContain('ml.p5.48xlarge with FSx for Lustre');
});

test.each([
  [['check'], "the file is missing. 'npx fmpaths dataset --help' explains it"],
  [['check', 'x.jsonl', '--model', 'amazon.nova-lite-v1:0'], "'--for' is missing"],
  [
    ['check', 'x.jsonl', '--for', 'fine-tuning', '--model', 'amazon.nova-premier-v1:0'],
    'not known to take fine-tuning',
  ],
  [['check', 'x.jsonl', '--for', 'fine-tuning', '--model', 'sagemaker'], 'is for continued-pretraining'],
  [
    ['check', 'no-such.jsonl', '--for', 'fine-tuning', '--model', 'amazon.nova-lite-v1:0'],
    "cannot read 'no-such.jsonl': there is no such file",
  ],
  [['check', 'config', '--for', 'fine-tuning', '--model', 'amazon.nova-lite-v1:0'], 'it is not a file'],
  [
    ['check', 'x', '--for', 'distillation', '--model', 'amazon.nova-lite-v1:0', '--teacher', 'amazon.nova-micro-v1:0'],
    'must be one that teaches',
  ],
  [
    ['check', 'x', '--for', 'continued-pretraining', '--model', 'sagemaker', '--instance', 'ml.g6e.12xlarge'],
    'belong together',
  ],
])('%j cannot be acted on', async (args, message) => {
  const { status, stderr } = await runCli(['dataset', ...args]);
  expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
});
