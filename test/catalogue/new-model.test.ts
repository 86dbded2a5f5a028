import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, parseCatalogue } from '../../lib/config/config.ts';
import { priceMeters } from '../../lib/meters/price-meters.ts';
import { MODEL } from '../support/example-config.ts';
import { FAMILIES } from '../support/families.ts';
import { runCli } from '../support/run-cli.ts';

/** Invented: nothing in the code can know it. */
const NEW = 'acme.large-v9:0';
const SMALL = 'acme.small-v9:0';

let root = '';
const inConfig = (...path: string[]): string => join(root, 'config', ...path);

const price = (usd: number, per = '1M tokens') => ({
  usd,
  per,
  service: 'AmazonBedrock',
  source: 'this test',
  date: '2026-01-01',
  confidence: 'A',
});

type Section = 'tuningFamilies' | 'models' | 'prices' | 'fineTuning';

async function edited(file: string, edit: (json: Record<Section, object>) => void): Promise<void> {
  const json = JSON.parse(await readFile(file, 'utf8')) as Record<Section, object>;
  edit(json);
  await writeFile(file, JSON.stringify(json));
}

/** Adds a tunable model and a smaller one to a copy of the shipped files: their entries, their family and their prices. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fmpaths-new-model-'));
  await cp(join(import.meta.dirname, '..', '..', 'config'), inConfig(), { recursive: true });
  await edited(inConfig('models.json'), (catalogue) => {
    Object.assign(catalogue.tuningFamilies, { acme: { ...FAMILIES.open, epochs: { usual: 3, most: 7 } } });
    Object.assign(catalogue.models, {
      [NEW]: {
        ...MODEL,
        tuningFamily: 'acme',
        smaller: SMALL,
        inRegion: ['us-east-1'],
        customization: { types: ['FINE_TUNING'], tuningId: `${NEW}:8k`, regions: ['us-east-1'] },
        hosting: ['on-demand'],
        priceList: { naming: 'usage-type', name: 'AcmeLarge9' },
      },
      [SMALL]: { ...MODEL, inRegion: ['us-east-1'] },
    });
  });
  await edited(inConfig('prices', 'us-east-1.json'), ({ prices }) => {
    Object.assign(prices, {
      [`${NEW}/input`]: price(2),
      [`${NEW}/output`]: price(4),
      [`${NEW}/training`]: price(10),
      [`${NEW}/storage`]: price(1, 'model-month'),
      [`${NEW}/custom-input`]: price(3),
      [`${NEW}/custom-output`]: price(6),
      [`${SMALL}/input`]: price(1),
      [`${SMALL}/output`]: price(2),
    });
  });
});

afterAll(() => rm(root, { recursive: true }));

test('a configuration tunes it', async () => {
  await edited(inConfig('environment.json'), (environment) => {
    environment.fineTuning = { model: NEW };
  });
  const { fineTuning } = loadConfig(root, new Date('2026-11-26'));
  expect(fineTuning?.customization).toMatchObject({
    route: 'bedrock',
    baseModelId: NEW,
    tuningId: `${NEW}:8k`,
    family: 'acme',
    records: { forms: ['conversation', 'prompt-completion'], limits: { min: 1 } },
    maxEpochs: 7,
  });
  expect(fineTuning?.prices).toMatchObject({ [`${NEW}/training`]: { usd: 10 } });
  expect(fineTuning?.answering.tokenPrices).toMatchObject({
    usdPerMillionTokens: { input: 3, output: 6 },
    priceIds: { cacheRead: `${NEW}/custom-cache-read`, cacheWrite: `${NEW}/custom-cache-write` },
  });
});

test('dataset check knows its records, epochs and prices', async () => {
  const file = join(root, 'train.jsonl');
  await writeFile(file, '{"prompt":"User: one","completion":"two"}\n');
  const { status, stdout } = await runCli(
    ['dataset', 'check', file, '--for', 'fine-tuning', '--model', NEW, '--format', 'json'],
    { root },
  );
  expect(status).toBe(0);
  // 'User: one' is about 3 tokens and 'two' is 1, three times at $10 a million, and a month of storage
  expect(JSON.parse(stdout)).toMatchObject({
    region: 'us-east-1',
    estimatedTokens: 4,
    price: { estimatedUsd: expect.closeTo(4 * 3 * 10e-6 + 1, 10), epochs: { estimated: 3, most: 7 }, unknown: [] },
  });
});

const WORKLOAD = {
  requestsPerMonth: 1_000_000,
  inference: { modelId: NEW, inputTokensPerRequest: 1_000, outputTokensPerRequest: 500 },
  operations: {},
  promptOnly: {},
  fineTuning: { baseModelId: NEW, trainingTokensPerEpoch: 1_000_000, epochs: 3, hosting: { kind: 'on-demand' } },
};

test('an estimate prices it, tuned and as it is', async () => {
  const workload = join(root, 'workload.json');
  await writeFile(workload, JSON.stringify({ ...WORKLOAD, paths: ['prompt-only', 'fine-tuning'] }));
  const { stdout } = await runCli(['estimate', '--workload', workload, '--format', 'json'], { root });
  const { paths } = JSON.parse(stdout) as { paths: { path: string; monthlyUsd: number; oneTimeUsd: number }[] };
  expect(paths).toMatchObject([
    // 1,000M x $2 and 500M x $4
    { path: 'prompt-only', monthlyUsd: 4_000 },
    // 1,000M x $3, 500M x $6 and a stored model; 3M tokens x $10 in each of three attempts
    { path: 'fine-tuning', monthlyUsd: 6_001, oneTimeUsd: 90 },
  ]);
});

test('the lever to a smaller model is pulled', async () => {
  const workload = join(root, 'workload.json');
  await writeFile(workload, JSON.stringify(WORKLOAD));
  const { stdout } = await runCli(['levers', '--path', 'prompt-only', '--workload', workload, '--format', 'json'], {
    root,
  });
  const { paths } = JSON.parse(stdout) as { paths: { levers: { lever: string }[] }[] };
  // half of $4,000
  expect(paths[0]?.levers.find(({ lever }) => lever === 'smaller-model')).toMatchObject({
    change: { from: NEW, to: SMALL },
    monthlyUsd: -2_000,
  });
});

test('a refresh of the prices looks for it', async () => {
  const meters = priceMeters(parseCatalogue(JSON.parse(await readFile(inConfig('models.json'), 'utf8'))));
  expect(meters.get(`${NEW}/training`)?.usageTypes).toEqual(['{P}-AcmeLarge9-Customization-Training']);
  expect(meters.get(`${NEW}/provisioned/6-month`)?.usageTypes).toEqual([
    '{P}-AcmeLarge9-ProvisionedThroughput-6months-ModelUnits',
  ]);
  expect(meters.has(`${SMALL}/input`)).toBe(false);
});
