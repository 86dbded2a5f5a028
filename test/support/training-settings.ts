import type { Lease, LeaseStore, RunLease } from '../../lib/lifecycle/leases.ts';
import type { RunState } from '../../lib/training/run-state.ts';
import type { TrainingSettings } from '../../lib/training/settings.ts';
import { IMPORTS } from './example-config.ts';
import { datasetFacts } from './families.ts';

export const OWNER = 'arn:aws:cloudformation:us-east-1:111122223333:stack/acme-dev-fine-tuning/0a1b';

/** A stack that tunes a model of invented prices. */
export const SETTINGS: TrainingSettings = {
  path: 'fine-tuning',
  stackName: 'acme-dev-fine-tuning',
  owner: OWNER,
  project: 'acme',
  environment: 'dev',
  bucket: 'training',
  registry: '/fmpaths/acme/dev/fine-tuning/model',
  reaperRule: 'reaper',
  jobRoleArn: 'arn:aws:iam::111122223333:role/job',
  customization: {
    route: 'bedrock',
    type: 'FINE_TUNING',
    baseModelId: 'acme.small-v1:0',
    tuningId: 'acme.small-v1:0:8k',
    family: 'plain',
    records: datasetFacts('fine-tuning', 'plain').rules,
    hyperParameters: { epochCount: '2' },
    maxEpochs: 5,
  },
  maxTrainingHours: 24,
  prices: {
    'acme.small-v1:0/training': { usd: 2, per: '1M tokens' },
    'acme.small-v1:0/storage': { usd: 1.95, per: 'model-month' },
    'acme.small-v1:0/provisioned/no-commit': { usd: 20, per: 'model-unit-hour' },
    'acme.small-v1:0/provisioned/1-month': { usd: 10, per: 'model-unit-hour' },
  },
};

/** A stack that trains on instances and imports what comes of it, at invented prices as well. */
export const IMPORTING: TrainingSettings = {
  ...SETTINGS,
  path: 'continued-pretraining',
  stackName: 'acme-dev-continued-pretraining',
  importRoleArn: 'arn:aws:iam::111122223333:role/import',
  customization: {
    route: 'sagemaker',
    baseModelUri: 's3://training/base-model/',
    imageUri: 'image',
    codeUri: 's3://assets/train.py',
    instanceType: 'ml.g6.2xlarge',
    instances: 1,
    volumeGb: 50,
    ownDisks: true,
    spot: false,
    hyperParameters: {},
    customModelUnits: 2,
    cmuVersion: 'v1',
    imports: IMPORTS,
  },
  prices: {
    'sagemaker/ml.g6.2xlarge/training': { usd: 3, per: 'instance-hour' },
    'cmi/storage': { usd: 2, per: 'CMU-month' },
    'cmi/cmu-v1': { usd: 0.05, per: 'CMU-minute' },
  },
};

export const RUN: RunState = {
  action: 'train',
  runId: '20261101090000-a1b2c3',
  dataset: { trainUri: 's3://training/datasets/0123/train.jsonl' },
  maxUsd: 100,
  hosting: { kind: 'on-demand' },
};

/** Leases in memory. What is done with them is told to `log`. */
export function leasesInMemory(log: (what: string) => void = () => undefined): LeaseStore {
  const runs = new Map<string, RunLease>();
  const leases = new Map<string, Lease>();
  let fenced = false;
  const key = (kind: string, name: string): string => `${kind}/${name}`;
  return {
    openRun: (lease) => {
      if (runs.has(lease.runId)) return Promise.resolve(false);
      runs.set(lease.runId, lease);
      return Promise.resolve(true);
    },
    run: (runId) => Promise.resolve(runs.get(runId) ?? null),
    changeRun: (runId, change) => {
      const found = runs.get(runId);
      if (found === undefined) return Promise.resolve(null);
      const changed = change(found) ?? found;
      runs.set(runId, changed);
      return Promise.resolve(changed);
    },
    put: (lease) => {
      log(`lease ${key(lease.kind, lease.name)}`);
      leases.set(key(lease.kind, lease.name), lease);
      return Promise.resolve();
    },
    get: (kind, name) => Promise.resolve(leases.get(key(kind, name)) ?? null),
    remove: (lease) => {
      if ('kind' in lease) leases.delete(key(lease.kind, lease.name));
      else runs.delete(lease.runId);
      return Promise.resolve();
    },
    all: () => Promise.resolve({ runs: [...runs.values()], leases: [...leases.values()] }),
    isFenced: () => Promise.resolve(fenced),
    fence: () => {
      fenced = true;
      return Promise.resolve();
    },
  };
}
