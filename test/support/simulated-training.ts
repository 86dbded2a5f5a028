import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { afterEach } from '@jest/globals';
import type { ModelCatalogue, ModelEntry } from '../../lib/catalogue/models.ts';
import { costTags } from '../../lib/deployment/tags.ts';
import { priceBook, type Price, type PriceBook } from '../../lib/prices/price-book.ts';
import type { ObjectStore, SimulatorOptions } from '../../lib/simulator/index.ts';
import { testBed, type TestBed } from './simulator-bed.ts';
import { ACCOUNT, CATALOGUE, MODEL, REGION } from './simulator.ts';

const plain = CATALOGUE.models[MODEL] as ModelEntry;

const tunable = (
  name: string,
  tuningId: string,
  types: NonNullable<ModelEntry['customization']>['types'],
): ModelEntry => ({
  ...plain,
  name,
  provider: 'Amazon',
  customization: { types, tuningId, regions: [REGION] },
  hosting: ['on-demand', 'provisioned'],
});

/** The ids are real, because the service knows pairs of teacher and student by id; the prices are invented. */
export const LITE = 'amazon.nova-lite-v1:0';
export const LITE_TUNING = 'amazon.nova-lite-v1:0:300k';
export const PRO = 'amazon.nova-pro-v1:0';
const MICRO = 'amazon.nova-micro-v1:0';

export const TRAINING_CATALOGUE: ModelCatalogue = {
  models: {
    [LITE]: tunable('Nova Lite', LITE_TUNING, ['FINE_TUNING', 'DISTILLATION']),
    [PRO]: tunable('Nova Pro', 'amazon.nova-pro-v1:0:300k', ['FINE_TUNING']),
    [MICRO]: { ...tunable('Nova Micro', 'amazon.nova-micro-v1:0:128k', ['FINE_TUNING']), hosting: ['provisioned'] },
  },
};

const price = (id: string, usd: number, per: Price['per'], service = 'AmazonBedrock'): Price => ({
  id,
  usd,
  per,
  service,
  usageType: undefined,
  source: 'test',
  date: '2026-11-01',
  confidence: 'A',
});

export const TRAINING_PRICES: PriceBook = priceBook(REGION, [
  price(`${LITE}/training`, 2, '1M tokens'),
  price(`${LITE}/storage`, 3, 'model-month'),
  price(`${LITE}/custom-input`, 1, '1M tokens'),
  price(`${LITE}/custom-output`, 4, '1M tokens'),
  price(`${LITE}/provisioned/no-commit`, 60, 'model-unit-hour'),
  price(`${LITE}/provisioned/1-month`, 50, 'model-unit-hour'),
  price(`${PRO}/input`, 10, '1M tokens'),
  price(`${PRO}/output`, 20, '1M tokens'),
  price('cmi/cmu-v1', 0.06, 'CMU-minute'),
  price('cmi/storage', 2, 'CMU-month'),
  price('sagemaker/ml.g6.2xlarge/training', 1.2, 'instance-hour', 'AmazonSageMaker'),
]);

export const OWNER = `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/fine-tuning/1`;
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/training`;

const TRAINING_TAGS = costTags({
  path: 'fine-tuning',
  component: 'training',
  project: 'fmpaths',
  environment: 'test',
  owner: OWNER,
});

export const TRAINING_TAG_LIST = Object.entries(TRAINING_TAGS).map(([key, value]) => ({ key, value }));

/** Objects in memory. */
export function objectStore(objects: Record<string, string> = {}): ObjectStore & { readonly uris: () => string[] } {
  const kept = new Map(Object.entries(objects));
  return {
    read: (uri) => Promise.resolve(kept.get(uri)),
    list: (uri) => Promise.resolve([...kept.keys()].filter((key) => key.startsWith(uri))),
    write: (uri, text) => Promise.resolve(void kept.set(uri, text)),
    uris: () => [...kept.keys()],
  };
}

/** `a b` is two words; a record of the conversation form has one question and, unless it is a prompt, one answer. */
export function records(count: number, answered = true): string {
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify({
      schemaVersion: 'bedrock-conversation-2024',
      messages: [
        { role: 'user', content: [{ text: `question ${index}` }] },
        ...(answered ? [{ role: 'assistant', content: [{ text: `answer ${index}` }] }] : []),
      ],
    }),
  ).join('\n');
}

export const TRAIN_URI = 's3://training/datasets/train.jsonl';

export interface TrainingBed extends TestBed {
  readonly sagemaker: SageMakerClient;
  readonly objects: ReturnType<typeof objectStore>;
}

const clients: SageMakerClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});

export async function trainingBed(options: Partial<SimulatorOptions> = {}): Promise<TrainingBed> {
  const objects = objectStore({ [TRAIN_URI]: records(10) });
  const bed = await testBed({ models: TRAINING_CATALOGUE, prices: TRAINING_PRICES, objects, ...options });
  const credentials = { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' };
  const sagemaker = new SageMakerClient({ region: REGION, endpoint: bed.simulator.url, credentials, maxAttempts: 1 });
  clients.push(sagemaker);
  return { ...bed, sagemaker, objects };
}

export const jobRequest = (name: string) => ({
  jobName: name,
  customModelName: name,
  roleArn: ROLE,
  baseModelIdentifier: LITE_TUNING,
  customizationType: 'FINE_TUNING' as const,
  trainingDataConfig: { s3Uri: TRAIN_URI },
  outputDataConfig: { s3Uri: 's3://training/output/' },
  hyperParameters: { epochCount: '3' },
  jobTags: TRAINING_TAG_LIST,
  customModelTags: TRAINING_TAG_LIST,
});

export const MINUTE_MS = 60_000;
