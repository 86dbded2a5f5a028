import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runPriceIds, type RunPrices } from '../../lib/cost/run-bound.ts';
import type { TrainingPath } from '../../lib/paths.ts';
import { parsePriceBook, priceBook, type PriceBook } from '../../lib/prices/price-book.ts';
import type { HostingChoice, RunRequest } from '../../lib/training/run-request.ts';
import type { Customization, TrainingSettings } from '../../lib/training/settings.ts';
import { IMPORTS } from '../support/example-config.ts';
import { datasetFacts } from '../support/families.ts';

const CONFIG = join(import.meta.dirname, '..', '..', 'config');
const json = (...path: string[]): unknown => JSON.parse(readFileSync(join(CONFIG, ...path), 'utf8'));

const LITE = 'amazon.nova-lite-v1:0';
const PRO = 'amazon.nova-pro-v1:0';
const INSTANCE = 'ml.g6.2xlarge';

const REAL_PRICES = parsePriceBook(json('prices', 'us-east-1.json'));

/** Nobody has published what a model unit of this model costs: here it costs something, so that it can be bought. */
export const PRICES: PriceBook = priceBook(REAL_PRICES.region, [
  ...REAL_PRICES.prices.values(),
  {
    id: `${LITE}/provisioned/no-commit`,
    usd: 60,
    per: 'model-unit-hour',
    service: 'AmazonBedrock',
    source: 'invented',
    date: '2026-11-01',
    confidence: 'C',
  },
]);

const BUCKET = 'fmpaths-training';

const CUSTOMIZATIONS: Record<TrainingPath, Customization> = {
  'fine-tuning': {
    route: 'bedrock',
    type: 'FINE_TUNING',
    baseModelId: LITE,
    tuningId: `${LITE}:300k`,
    family: 'plain',
    records: datasetFacts('fine-tuning', 'plain').rules,
    hyperParameters: { epochCount: '2' },
    maxEpochs: 5,
  },
  distillation: {
    route: 'bedrock',
    type: 'DISTILLATION',
    baseModelId: LITE,
    tuningId: `${LITE}:300k`,
    family: 'plain',
    records: datasetFacts('distillation', 'plain').rules,
    hyperParameters: {},
    maxEpochs: 5,
    teacher: { modelId: PRO, identifier: PRO, priceSuffix: '', maxResponseTokens: 200 },
  },
  'continued-pretraining': {
    route: 'sagemaker',
    baseModelUri: `s3://${BUCKET}/base-model/`,
    imageUri: '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.6.0-gpu-py312',
    codeUri: `s3://${BUCKET}/code/`,
    instanceType: INSTANCE,
    instances: 1,
    volumeGb: 50,
    ownDisks: true,
    spot: false,
    hyperParameters: {},
    customModelUnits: 1,
    cmuVersion: 'v1',
    imports: IMPORTS,
  },
};

/** One kind of run, as often as it takes to reach the one that is disturbed. */
export interface Scenario {
  readonly name: string;
  readonly settings: TrainingSettings;
  /** Runs that have succeeded before. */
  readonly before: readonly RunRequest[];
  readonly request: RunRequest;
  /** Name of the execution. @default the run's id */
  readonly execution?: string;
}

function settingsOf(path: TrainingPath, prices: PriceBook): TrainingSettings {
  const stackName = `fmpaths-dev-${path}`;
  const wanted = runPriceIds({ trained: LITE, teacher: PRO, instanceType: INSTANCE });
  const known: RunPrices = Object.fromEntries(
    wanted.flatMap((id) => {
      const price = prices.prices.get(id);
      return price === undefined ? [] : [[id, { usd: price.usd, per: price.per }]];
    }),
  );
  return {
    path,
    stackName,
    owner: `arn:aws:cloudformation:us-east-1:123456789012:stack/${stackName}/6f1f2d30-b0c1-11f0-9d4e-0affc1d2e3f4`,
    project: 'fmpaths',
    environment: 'dev',
    bucket: BUCKET,
    registry: `/fmpaths/fmpaths/dev/${path}/model`,
    reaperRule: `${stackName}-reaper`,
    jobRoleArn: 'arn:aws:iam::123456789012:role/training',
    ...(path === 'continued-pretraining' ? { importRoleArn: 'arn:aws:iam::123456789012:role/import' } : {}),
    customization: CUSTOMIZATIONS[path],
    maxTrainingHours: 12,
    prices: known,
  };
}

const requestOf = (path: TrainingPath, runId: string, hosting: HostingChoice): RunRequest => ({
  action: 'train',
  runId,
  dataset: { trainUri: `s3://${BUCKET}/datasets/${path}/train.jsonl` },
  maxUsd: 5_000,
  hosting,
});

const HOURS: HostingChoice = { kind: 'provisioned', modelUnits: 1, maxHours: 3 };
const FIRST = '20261201090000-aaaaaa';
const SECOND = '20261201180000-bbbbbb';

function scenario(path: TrainingPath, hosting: HostingChoice, before: readonly HostingChoice[] = []): Scenario {
  const settings = settingsOf(path, PRICES);
  const ids = [FIRST, SECOND];
  const requests = [...before, hosting].map((choice, index) => requestOf(path, ids[index] ?? '', choice));
  return {
    name: `${path}, ${hosting.kind}${before.length === 0 ? '' : `, after a run with ${before.map(({ kind }) => kind).join()}`}`,
    settings,
    before: requests.slice(0, -1),
    request: requests.at(-1) ?? requestOf(path, FIRST, hosting),
  };
}

const hostAgain = (path: TrainingPath, hosting: HostingChoice): Scenario => {
  const trained = scenario(path, { kind: 'none' });
  return {
    ...trained,
    // as at peak hours, when EventBridge names the execution
    name: `${path}, ${hosting.kind} of a model that exists`,
    execution: `${SECOND}_chosen-by-eventbridge`,
    before: [requestOf(path, FIRST, { kind: 'on-demand' })],
    request: { action: 'host', runId: SECOND, maxUsd: 5_000, hosting },
  };
};

function importing(before: readonly HostingChoice[] = []): Scenario {
  const trained = scenario('continued-pretraining', { kind: 'imported' }, before);
  const { runId, maxUsd, hosting } = trained.request;
  return {
    ...trained,
    name: `${trained.name}, of weights that exist`,
    request: { action: 'import', runId, maxUsd, hosting, weightsUri: `s3://${BUCKET}/weights/mine/` },
  };
}

/** Every path with every way of hosting that it has, and what happens to one that is hosted already. */
export const SCENARIOS: readonly Scenario[] = [
  scenario('fine-tuning', { kind: 'on-demand' }),
  scenario('fine-tuning', HOURS),
  scenario('fine-tuning', { kind: 'none' }),
  scenario('fine-tuning', { kind: 'on-demand' }, [{ kind: 'on-demand' }]),
  hostAgain('fine-tuning', HOURS),
  scenario('distillation', { kind: 'on-demand' }),
  scenario('distillation', HOURS),
  scenario('continued-pretraining', { kind: 'imported' }),
  scenario('continued-pretraining', { kind: 'imported' }, [{ kind: 'imported' }]),
  scenario('continued-pretraining', { kind: 'none' }),
  importing([{ kind: 'imported' }]),
];

/** Objects that the runs read. */
export function sampleObjects(path: TrainingPath): Readonly<Record<string, string>> {
  const sample = readFileSync(join(CONFIG, 'datasets', path, 'train.jsonl'), 'utf8');
  return {
    [`datasets/${path}/train.jsonl`]: sample,
    ...Object.fromEntries(
      ['base-model', 'weights/mine'].flatMap((folder) => [
        [`${folder}/config.json`, '{"model_type": "plain"}'],
        [`${folder}/model.safetensors`, 'weights'],
        [`${folder}/tokenizer.json`, '{}'],
        [`${folder}/tokenizer_config.json`, '{"chat_template": "{{ messages }}"}'],
      ]),
    ),
    'code/train.py': 'pass',
  };
}
